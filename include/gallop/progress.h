// Progress, cancellation and how to run: nothing here ever changes a result.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

class Video;

enum class Stage { load, encode_text, encode_image, denoise, decode, score, write };
GALLOP_API std::string_view name_of(Stage stage) noexcept;

enum class Flow { go_on, stop };

// Where a run stands. 0 <= done <= total; total may be an estimate that grows (a clip of unknown length).
struct Progress {
  Stage stage = Stage::load;
  int done = 0;
  int total = 0;
  double seconds = 0.0;     // since the run began
  std::string detail = {};  // what is at work: a file name, a prompt; may be empty
};

// Asks a run to stop. Copies share one flag; any thread may set it at any time.
class GALLOP_API CancelToken {
 public:
  CancelToken();
  void cancel() noexcept;
  bool cancelled() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

struct RunOptions {
  // Called on the calling thread: first with done == 0, then after every unit, and once at the end. Returning
  // Flow::stop ends the run with Cancelled; an exception ends it and reaches the caller unchanged.
  std::function<Flow(const Progress&)> on_progress = {};
  // Small approximate frames while a clip is made: step number and frames.
  std::function<void(int, const Video&)> on_preview = {};
  int preview_every = 0;  // in steps; 0 = never
  CancelToken cancel = {};
};

}  // namespace v0
}  // namespace gallop
