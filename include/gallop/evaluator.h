// Judging clips: requests, scores, the registry of evaluators, and scoring many dimensions in one pass.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gallop/device.h"
#include "gallop/device_frames.h"
#include "gallop/error.h"
#include "gallop/export.h"
#include "gallop/image.h"
#include "gallop/progress.h"
#include "gallop/video.h"

namespace gallop {
inline namespace v0 {

// What an evaluator judges: a file, decoded by the reader contract its dimension asks for, or frames already in host memory or
// on a device, used as they are. Converts implicitly from each; opens nothing until a score needs it.
class GALLOP_API Clip {
 public:
  Clip(std::filesystem::path file);                    // NOLINT: implicit on purpose
  Clip(Video frames);                                  // NOLINT
  Clip(DeviceFrames frames);                           // NOLINT
  const std::filesystem::path* file() const noexcept;  // null when it is not a file
  const Video* frames() const noexcept;                // null when the frames are not in host memory
  const DeviceFrames* device_frames() const noexcept;  // null when they are not on a device
  std::string name() const;                            // the file name, or "frames[T]@HxW"

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// One clip to judge and what is known about it.
struct ClipRequest {
  Clip clip;
  std::string prompt = {};
  std::map<std::string, std::string> labels = {};  // auxiliary labels of the suite: color, object, scene ...
  std::optional<Image> image = std::nullopt;       // the conditioning image, for image-to-video dimensions
  std::optional<Clip> reference = std::nullopt;    // the pristine clip, for full-reference measures
};

struct Score {
  std::string dimension = {};
  double value = 0.0;
  std::vector<double> parts = {};              // per frame, pair or segment, as the dimension's page defines
  std::vector<std::string> flags = {};         // what was unusual, in words; empty when nothing was
  std::map<std::string, double> details = {};  // further numbers the dimension's page names
};

// What stands between a clip and a score: never a zero, always a reason.
struct Problem {
  std::string dimension = {};  // empty: the clip as a whole
  ErrorKind kind = ErrorKind::internal_error;
  std::string message = {};
};

struct EvaluatorInfo {
  std::string name = {};
  std::string profile = {};                     // "vbench", "quick", "iqa", "reference", ...
  std::string summary = {};                     // one sentence
  std::string licence = {};                     // of the weights or parameters it loads; empty: none needed
  std::vector<std::string> needs = {};          // any of: "weights:<file>", "prompt", "label:<name>", "image", "reference"
  double low = 0.0, high = 1.0;                 // range of the value; infinities allowed
  std::optional<bool> higher_is_better = true;  // unset: neither, the value describes and does not judge
  // Raised by one whenever a change gives the same clip another value: stored results of this evaluator, and of no other, are
  // then computed again.
  int version = 1;
};

struct LoadOptions {
  Device device = Device::best();
  std::optional<DType> dtype = std::nullopt;  // unset: the stored type on a GPU, float32 on a CPU
  std::uint64_t memory_limit = 0;             // device bytes; 0 = unlimited
};

// One evaluator with its models loaded. Derive from it to add a dimension of your own. One object is used by one thread at
// a time; different objects are independent.
class GALLOP_API EvaluatorBase {
 public:
  virtual ~EvaluatorBase();
  virtual EvaluatorInfo info() const = 0;
  // Scores in the order of the requests. Throws on the first clip that cannot be scored; score_clips collects instead.
  virtual std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions& run = {}) = 0;
  Score score(const ClipRequest& request, const RunOptions& run = {});
};

using EvaluatorFactory = std::function<std::unique_ptr<EvaluatorBase>(const std::filesystem::path& weights, const LoadOptions&)>;
// Adds an evaluator under info.name; InvalidArgument when the name is taken or empty. Thread-safe.
GALLOP_API void register_evaluator(EvaluatorInfo info, EvaluatorFactory make);
// Loads an evaluator. `weights` is the folder that holds the files its info names (ignored when it needs none).
// NotFound (unknown name: lists near ones; missing file: says which and where to get it), ModelError, FormatError.
GALLOP_API std::unique_ptr<EvaluatorBase> make_evaluator(std::string_view name, const std::filesystem::path& weights = {},
                                                         const LoadOptions& options = {});
// Everything registered, sorted by name; `profile` empty: all.
GALLOP_API std::vector<EvaluatorInfo> evaluators(std::string_view profile = {});

struct ScoreOptions {
  std::vector<std::string> dimensions = {};  // empty: every dimension of `profile`
  std::string profile = "quick";
  std::filesystem::path weights = {};
  LoadOptions load = {};
  // Frames per second. Unset: parity with the published protocols. Set: dimensions that look at every frame see a faster clip
  // at this rate, so that models of different rates compare; such scores carry the detail "normalized_fps".
  std::optional<double> normalized_fps = std::nullopt;
};
struct ClipResult {
  std::string clip = {};               // the file as given, or the name of the frames
  std::vector<Score> scores = {};      // in the order of the dimensions asked for
  std::vector<Problem> problems = {};  // dimensions without a score, each with its reason; the same order
};
// Scores every clip on every dimension in one pass: a clip is decoded once per reader contract, a shared model runs once.
// What cannot be scored is a Problem of its clip; only Cancelled, InvalidArgument (unknown dimension) and exceptions of
// callbacks are thrown.
GALLOP_API std::vector<ClipResult> score_clips(std::span<const ClipRequest> requests, const ScoreOptions& options,
                                               const RunOptions& run = {});

}  // namespace v0
}  // namespace gallop
