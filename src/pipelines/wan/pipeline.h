// All Wan models behind one interface.
#pragma once

#include <map>
#include <string>

#include "pipelines/pipeline_base.h"
#include "pipelines/wan/denoise.h"
#include "pipelines/wan/memory.h"
#include "pipelines/wan/preview.h"
#include "pipelines/wan/prompts.h"

namespace gallop::pipelines::wan {

class WanPipeline final : public PipelineBase {
 public:
  WanPipeline(WanFiles files, const LoadOptions& options);
  std::string name() const override { return traits_.name; }
  Device device() const override { return load_.device; }
  DType dtype() const override;
  std::string describe(const GenerateOptions& options) const override;
  GenerateOptions defaults() const override;
  GenerateOptions resolve(const GenerateOptions& options) const override;
  Generated generate(const GenerateOptions& options, const base::RunMonitor& monitor) override;
  at::Tensor encode_prompt(const std::string& prompt, const base::RunMonitor& monitor) override;
  ImageTensors encode_image(const GenerateOptions& options, const base::RunMonitor& monitor) override;
  at::Tensor denoise(const GenerateOptions& options, const ConditioningTensors& conditioning, const base::RunMonitor& monitor) override;
  Video decode(const at::Tensor& latents, const base::RunMonitor& monitor) override;
  void hold_weights(WeightForm form) override;
  void set_loras(std::span<const LoraFile> loras) override;
  void save(const std::filesystem::path& folder, std::optional<DType> dtype, const base::RunMonitor& monitor) override;

 private:
  ConditioningTensors condition(const GenerateOptions& options, const base::RunMonitor& monitor, const MemoryPlan& plan);
  MemoryPlan prepared(const GenerateOptions& options);
  std::string request_of(const GenerateOptions& options);

  LoadOptions load_;
  WanParts parts_;
  WanTraits traits_;
  PromptEncoder prompts_;
  Previewer previewer_;
  std::vector<LoraFile> loras_;
};

}  // namespace gallop::pipelines::wan
