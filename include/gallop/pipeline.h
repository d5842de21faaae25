// Making video: pipelines from text and pictures to frames.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gallop/device.h"
#include "gallop/evaluator.h"
#include "gallop/export.h"
#include "gallop/progress.h"
#include "gallop/video.h"

namespace gallop {
inline namespace v0 {

// float32 numbers in host memory, row-major: latents, noise, embeddings. Immutable; copies share the numbers.
class GALLOP_API Array {
 public:
  // InvalidArgument when the shape does not hold exactly these values.
  Array(std::vector<float> values, std::vector<std::int64_t> shape);
  Array(std::shared_ptr<const void> owner, std::span<const float> values, std::vector<std::int64_t> shape);
  std::span<const float> values() const noexcept;
  const std::vector<std::int64_t>& shape() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// What to make. Unset fields take the model's default; the resolved options come back with the result.
struct GenerateOptions {
  std::string prompt = {};
  std::optional<std::string> negative_prompt = std::nullopt;
  std::optional<std::filesystem::path> first_frame = std::nullopt;  // picture the clip starts with
  std::optional<std::filesystem::path> last_frame = std::nullopt;   // picture the clip ends with
  std::optional<std::filesystem::path> video = std::nullopt;        // clip to change (video to video)
  std::optional<double> strength = std::nullopt;  // with `video`: 0 keeps it, 1 starts from noise
  std::optional<int> width = std::nullopt;        // pixels; multiples of 16 (Wan 2.2 5B: 32)
  std::optional<int> height = std::nullopt;
  std::optional<int> frames = std::nullopt;       // 4n + 1; 1 makes a still picture
  std::optional<int> steps = std::nullopt;
  std::optional<double> guidance = std::nullopt;    // classifier-free guidance; 1 or less: off
  std::optional<double> guidance_2 = std::nullopt;  // of the second expert; unset: as the first
  std::optional<std::string> scheduler = std::nullopt;  // "unipc", "dpm++", "euler", "heun"
  std::optional<double> shift = std::nullopt;           // of the noise schedule
  std::uint64_t seed = 0;
  std::optional<Array> initial_noise = std::nullopt;  // used instead of the seed; the shape of the latents
  bool return_latents = false;
};

struct Generated {
  Video video;
  std::optional<Array> latents = std::nullopt;  // [z, t, h, w], normalised; when asked for
  GenerateOptions used = {};                    // every field resolved
  std::string provenance = {};                  // JSON: model, options, hashes of weights and prompts, versions
};

// What the denoiser is conditioned on; made once, used for any number of clips.
struct Conditioning {
  Array prompt;                                    // [512, text width], rows beyond the prompt zero
  std::optional<Array> negative = std::nullopt;    // the same; unset without guidance
  std::optional<Array> image = std::nullopt;       // features of the picture(s) [257 or 514, width]
  std::optional<Array> condition = std::nullopt;   // mask and picture latents [20, t, h, w], or [z, 1, h, w] (Wan 2.2 5B)
};

// Separate files, as the community trades them. Empty paths: absent.
struct PipelineFiles {
  std::filesystem::path transformer = {};    // or the high-noise expert
  std::filesystem::path transformer_2 = {};  // the low-noise expert
  std::filesystem::path vae = {};
  std::filesystem::path text_encoder = {};
  std::filesystem::path tokenizer = {};      // tokenizer.json, spiece.model or their folder; empty: inside text_encoder
  std::filesystem::path image_encoder = {};
};

// An adapter in one of the formats of docs/models/wan.md.
struct LoraFile {
  std::filesystem::path file = {};
  double strength = 1.0;
  std::string expert = {};  // "high", "low" or empty: both experts
};

// A generator with its models. Movable, not copyable; one run at a time, from any one thread. Different objects are
// independent. After an error or a cancelled run the object is as before.
class GALLOP_API Pipeline {
 public:
  // Opens a diffusers folder, an official Wan folder, or a folder of separate files (diffusion_models, vae, text_encoders,
  // clip_vision). Weights are checked against the model now and read when a stage first needs them.
  // NotFound, FormatError, ModelError (missing, unexpected, mis-shaped tensors), Unsupported, OutOfMemory (memory_limit).
  static Pipeline load(const std::filesystem::path& folder, const LoadOptions& options = {}, const RunOptions& run = {});
  static Pipeline load(const PipelineFiles& files, const LoadOptions& options = {}, const RunOptions& run = {});

  std::string name() const;  // "wan2.1-t2v", "wan2.2-ti2v-5b" ...
  Device device() const;
  DType dtype() const;
  // Sizes, number types, and the memory plan for `options`, as lines of text.
  std::string describe(const GenerateOptions& options = {}) const;
  GenerateOptions defaults() const;

  // InvalidArgument names the field. Cancelled leaves the pipeline usable.
  Generated generate(const GenerateOptions& options, const RunOptions& run = {});
  // One result a request, each equal to its own run; text is encoded once for equal prompts.
  std::vector<Generated> generate_batch(std::span<const GenerateOptions> options, const RunOptions& run = {});

  // The stages one by one: encode_prompt and encode_image, denoise, decode give what generate gives.
  Array encode_prompt(const std::string& prompt, const RunOptions& run = {});  // [512, text width]
  Conditioning encode_image(const GenerateOptions& options, const RunOptions& run = {});  // prompts and pictures of a request
  Array denoise(const GenerateOptions& options, const Conditioning& conditioning, const RunOptions& run = {});  // latents
  Video decode(const Array& latents, const RunOptions& run = {});

  // Merges adapters into the weights, replacing those set before; an empty list restores the weights exactly.
  // ModelError: tensors that fit no layer of this model. Unsupported: a format that is known and not read.
  void set_loras(std::span<const LoraFile> loras);

  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;
  ~Pipeline();

  struct Impl;

 private:
  explicit Pipeline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace gallop
