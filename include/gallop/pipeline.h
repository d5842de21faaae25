// Making video: pipelines from text, pictures and clips to frames.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gallop/device.h"
#include "gallop/export.h"
#include "gallop/generate.h"
#include "gallop/progress.h"

namespace gallop {
inline namespace v0 {

// Separate files, as the community trades them. Empty paths: absent.
struct PipelineFiles {
  std::filesystem::path transformer = {};    // or the high-noise expert
  std::filesystem::path transformer_2 = {};  // the low-noise expert
  std::filesystem::path vae = {};
  std::filesystem::path text_encoder = {};
  std::filesystem::path tokenizer = {};  // tokenizer.json, spiece.model or their folder; empty: inside text_encoder
  std::filesystem::path image_encoder = {};
};

// An adapter in one of the formats of docs/models/wan.md.
struct LoraFile {
  std::filesystem::path file = {};
  double strength = 1.0;
  std::string expert = {};  // "high", "low" or empty: both experts
};

// How a generator holds the large matrices of its transformer. int8: in 8 bits with a step an output, and what they are multiplied
// with in 8 bits with a step a row: a quarter of the memory and faster where the processor has instructions for it, for an error of
// about one percent a layer.
enum class WeightForm { full, int8 };

// A family of models this library can open.
struct PipelineInfo {
  std::string family = {};               // "wan"
  std::vector<std::string> models = {};  // "wan2.1-t2v" ...
  std::string summary = {};
};
// Everything registered, sorted by family.
GALLOP_API std::vector<PipelineInfo> pipelines();

// A generator with its models. Movable, not copyable; one run at a time, from any one thread. Different objects are
// independent. After an error or a cancelled run the object is as before.
class GALLOP_API Pipeline {
 public:
  // Opens a diffusers folder, an official folder, or a folder of separate files (diffusion_models, vae, text_encoders,
  // clip_vision). Weights are checked against the model now and read when a stage first needs them.
  // NotFound, FormatError, ModelError (missing, unexpected, mis-shaped tensors), Unsupported, OutOfMemory (memory_limit).
  static Pipeline load(const std::filesystem::path& folder, const LoadOptions& options = {}, const RunOptions& run = {});
  static Pipeline load(const PipelineFiles& files, const LoadOptions& options = {}, const RunOptions& run = {});

  // Holds the weights so from now on; they are read again when a stage needs them. Unsupported: int8 on a device that is no CPU, or by
  // a family without it.
  void hold_weights(WeightForm form);

  std::string name() const;  // "wan2.1-t2v", "wan2.2-ti2v-5b" ...
  Device device() const;
  DType dtype() const;  // of the weights at work
  // Sizes, number types, and the memory plan for `options`, as lines of text. InvalidArgument as generate.
  std::string describe(const GenerateOptions& options = {}) const;
  // The options generate would use: every field filled that the model knows.
  GenerateOptions defaults() const;
  GenerateOptions resolve(const GenerateOptions& options) const;

  // InvalidArgument names the field; OutOfMemory says the plan and what would fit; ModelError when a step yields no numbers
  // any more. Cancelled leaves the pipeline usable.
  Generated generate(const GenerateOptions& options, const RunOptions& run = {});
  // One result a request, each equal to its own run; equal prompts are encoded once.
  std::vector<Generated> generate_batch(std::span<const GenerateOptions> options, const RunOptions& run = {});

  // The stages one by one, for experiments: encode_prompt and encode_image, denoise, decode give what generate gives.
  // Unsupported by models that do not have the stage.
  Array encode_prompt(const std::string& prompt, const RunOptions& run = {});  // [512, text width]
  ImageConditioning encode_image(const GenerateOptions& options, const RunOptions& run = {});
  // The latents [z, t, h, w] of the last step.
  Array denoise(const GenerateOptions& options, const Conditioning& conditioning, const RunOptions& run = {});
  Video decode(const Array& latents, const RunOptions& run = {});

  // Merges adapters into the weights, replacing those set before; an empty list restores the weights exactly.
  // ModelError: tensors that fit no layer of this model. Unsupported: a format that is known and not read.
  void set_loras(std::span<const LoraFile> loras);

  // Writes the model as a diffusers folder, weights in `dtype` (unset: that of the pipeline) with the adapters in them; parts
  // that need float32 keep it. A few gigabytes of memory suffice for any model. `folder` must not exist or be empty
  // (InvalidArgument); it is complete or absent. IoError.
  void save(const std::filesystem::path& folder, std::optional<DType> dtype = std::nullopt, const RunOptions& run = {}) const;

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
