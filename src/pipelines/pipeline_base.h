// What a family of pipelines offers to the facade; tensors where the public interface has arrays.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/run.h"
#include "gallop/pipeline.h"
#include "tensor/aten.h"

namespace gallop::pipelines {

struct ImageTensors {
  at::Tensor features = {};   // [tokens, width] or undefined
  at::Tensor condition = {};  // [C, t, h, w] or undefined
};
struct ConditioningTensors {
  at::Tensor prompt, negative;  // [rows, width]; negative undefined: no guidance
  ImageTensors image;
};

// Used by one thread at a time. Every `options` but resolve's are resolved.
class PipelineBase {
 public:
  virtual ~PipelineBase() = default;
  virtual std::string name() const = 0;
  virtual Device device() const = 0;
  virtual DType dtype() const = 0;
  // `options` unresolved: what is unset counts with its default.
  virtual std::string describe(const GenerateOptions& options) const = 0;
  virtual GenerateOptions defaults() const = 0;
  // Every field the model knows filled; InvalidArgument names the field that cannot be honoured.
  virtual GenerateOptions resolve(const GenerateOptions& options) const = 0;
  virtual Generated generate(const GenerateOptions& options, const base::RunMonitor& monitor) = 0;

  // Unsupported unless the family has the stage.
  virtual at::Tensor encode_prompt(const std::string& prompt, const base::RunMonitor& monitor);
  virtual ImageTensors encode_image(const GenerateOptions& options, const base::RunMonitor& monitor);
  virtual at::Tensor denoise(const GenerateOptions& options, const ConditioningTensors& conditioning, const base::RunMonitor& monitor);
  virtual Video decode(const at::Tensor& latents, const base::RunMonitor& monitor);
  virtual void hold_weights(WeightForm form);
  virtual void set_loras(std::span<const LoraFile> loras);
  virtual void save(const std::filesystem::path& folder, std::optional<DType> dtype, const base::RunMonitor& monitor);
};

// Where a model comes from: a folder, or files given one by one.
using ModelSource = std::variant<std::filesystem::path, PipelineFiles>;

}  // namespace gallop::pipelines
