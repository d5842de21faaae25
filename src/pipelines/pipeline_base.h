// What every pipeline offers to the facade; tensors where the public interface has arrays.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/run.h"
#include "gallop/pipeline.h"
#include "tensor/aten.h"

namespace gallop::pipelines {

struct ConditioningTensors {
  at::Tensor prompt, negative;  // [rows, width]
  at::Tensor image;             // [tokens, width] or undefined
  at::Tensor condition;         // [C, t, h, w] or undefined
};

// Used by one thread at a time. Every `options` but resolve's are resolved.
class PipelineBase {
 public:
  virtual ~PipelineBase() = default;
  virtual std::string name() const = 0;
  virtual Device device() const = 0;
  virtual DType dtype() const = 0;
  virtual std::string describe(const GenerateOptions& options) const = 0;
  // Every unset field filled; InvalidArgument names the field that cannot be.
  virtual GenerateOptions resolve(const GenerateOptions& options) const = 0;
  virtual at::Tensor encode_prompt(const std::string& prompt, const base::RunMonitor& monitor) = 0;
  virtual ConditioningTensors condition(const GenerateOptions& options, const base::RunMonitor& monitor) = 0;
  virtual at::Tensor denoise(const GenerateOptions& options, const ConditioningTensors& conditioning, const base::RunMonitor& monitor) = 0;
  virtual Video decode(const at::Tensor& latents, const base::RunMonitor& monitor) = 0;
  virtual std::string provenance(const GenerateOptions& options) = 0;
  virtual void set_loras(std::span<const LoraFile> loras) = 0;
};

// Recognises the model in a folder. Unsupported when no pipeline does (lists the known ones).
std::unique_ptr<PipelineBase> open_pipeline(const std::filesystem::path& folder, const LoadOptions& options, const base::RunMonitor& monitor);
std::unique_ptr<PipelineBase> open_pipeline(const PipelineFiles& files, const LoadOptions& options, const base::RunMonitor& monitor);

}  // namespace gallop::pipelines
