// What to make: the options of a generation, the same words in C++, Python, JSON and on the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gallop/array.h"
#include "gallop/evaluator.h"
#include "gallop/export.h"
#include "gallop/image.h"
#include "gallop/video.h"

namespace gallop {
inline namespace v0 {

// A picture to start from: a file, or pixels already in memory. Converts implicitly from both; opens nothing by itself.
class GALLOP_API Picture {
 public:
  Picture(std::filesystem::path file);                                        // NOLINT: implicit on purpose
  Picture(const char* file) : Picture(std::filesystem::path(file)) {}         // NOLINT
  Picture(const std::string& file) : Picture(std::filesystem::path(file)) {}  // NOLINT
  Picture(Image image);                                                       // NOLINT
  const std::filesystem::path* file() const noexcept;                         // null when the pixels are in memory
  const Image* image() const noexcept;                                        // null when it is a file
  std::string name() const;                                                   // the file name, or "image[HxW]"

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// Unset fields take the model's default; the resolved options come back with the result. A field that a model cannot honour
// is an InvalidArgument that names it, never ignored. A new field is only ever added at the end.
struct GenerateOptions {
  std::string prompt = {};
  std::optional<std::string> negative_prompt = std::nullopt;  // unused when guidance is off
  std::optional<Picture> first_frame = std::nullopt;          // the clip starts with it
  std::optional<Picture> last_frame = std::nullopt;           // the clip ends with it
  std::optional<Clip> video = std::nullopt;                   // the clip to change (video to video)
  std::optional<double> strength = std::nullopt;              // with `video`: 0 keeps it, 1 starts from noise alone
  std::optional<int> width = std::nullopt;                    // pixels; each model demands a multiple of 16 or 32
  std::optional<int> height = std::nullopt;
  std::optional<int> frames = std::nullopt;             // Wan: 4n + 1; 1 makes a still picture
  std::optional<int> steps = std::nullopt;              // of the solver
  std::optional<double> guidance = std::nullopt;        // classifier-free guidance; 1 or less: off
  std::optional<double> guidance_2 = std::nullopt;      // of the low-noise expert; unset: as the first
  std::optional<std::string> scheduler = std::nullopt;  // "unipc", "dpm++", "euler", "heun", "distilled"
  std::optional<double> shift = std::nullopt;           // of the noise schedule, above 0
  std::uint64_t seed = 0;
  std::optional<Array> initial_noise = std::nullopt;  // instead of the seed; the shape of the latents
  bool return_latents = false;
  // Other ways to say the size and the length; an InvalidArgument beside the fields above that they decide.
  std::optional<std::string> resolution = std::nullopt;  // "480p", "720p", "1080p": the pixels of a 16:9 frame so named
  std::optional<std::string> ratio = std::nullopt;       // "16:9", "1:1" ...; unset: that of the given picture or the model
  std::optional<double> duration = std::nullopt;         // seconds; the nearest count of frames the model can make
  std::optional<double> fps = std::nullopt;              // frames per second written into the clip; the frames stay the same
  std::optional<bool> audio = std::nullopt;              // sound with the picture, for models that make it
  bool batch_guidance = false;                           // both branches of the guidance in one forward: more memory, equal within 1e-5

  // How to run; nothing below changes the clip.
  // Where latents and solver state are kept after every `checkpoint_every` steps. A file of the same request there is continued,
  // to the same bits; a file of another request is an InvalidArgument. Removed when the run ends well.
  std::filesystem::path checkpoint = {};
  int checkpoint_every = 1;
  // Finished frames, in order, while the rest is still decoded: index of the first, and the frames.
  std::function<void(std::int64_t, const Video&)> on_frames = {};

  // Of what to make again: a file whose sound the picture follows, for models that make both. The clip gets its length unless
  // told otherwise, and its sound as the model's own encoding of it.
  std::optional<std::filesystem::path> sound = std::nullopt;
};

struct Generated {
  Video video;
  std::optional<Array> latents = std::nullopt;  // as the model has them, [z, t, h, w] normalised; when asked for
  GenerateOptions used = {};                    // every field that the model knows, resolved
  std::string provenance = {};                  // JSON: model, options, hashes of weights and inputs, versions; no times
};

// What the pictures of a request become.
struct ImageConditioning {
  std::optional<Array> features = std::nullopt;   // of the vision tower, [257 or 514, width]
  std::optional<Array> condition = std::nullopt;  // mask and picture latents [4 + z, t, h, w]; Wan 2.2 5B: latents [z, 1, h, w]
};
// Everything the denoiser is conditioned on; made once, used for any number of clips of one size.
struct Conditioning {
  Array prompt;                                  // [512, text width], rows beyond the prompt zero
  std::optional<Array> negative = std::nullopt;  // the same; unset: the guidance is off
  ImageConditioning image = {};
};

}  // namespace v0
}  // namespace gallop
