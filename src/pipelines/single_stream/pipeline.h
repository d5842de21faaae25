// Text, or text and a first picture, to a clip with sound.
#pragma once

#include <map>

#include "pipelines/pipeline_base.h"
#include "pipelines/single_stream/inputs.h"
#include "pipelines/single_stream/memory.h"
#include "pipelines/single_stream/options.h"

namespace gallop::pipelines::single_stream {

class SingleStreamPipeline final : public PipelineBase {
 public:
  SingleStreamPipeline(SingleStreamFiles files, const LoadOptions& options) : load_(options), parts_(std::move(files), options) {}

  std::string name() const override;
  Device device() const override { return load_.device; }
  DType dtype() const override { return parts_.dtype() == at::kBFloat16 ? DType::bfloat16 : DType::float32; }
  std::string describe(const GenerateOptions& options) const override;
  GenerateOptions defaults() const override { return filled({}, parts_); }
  GenerateOptions resolve(const GenerateOptions& options) const override { return resolved(options, parts_); }
  Generated generate(const GenerateOptions& options, const base::RunMonitor& monitor) override;

 private:
  at::Tensor encoded(const std::string& prompt, const base::RunMonitor& monitor, int index, int count);
  joint::StageConditions conditions(const GenerateOptions& options, const base::RunMonitor& monitor);
  // Everything a request gives, encoded before the first transformer takes its place.
  struct Inputs {
    joint::StageConditions prompts;
    at::Tensor first_frame = {}, refined_first_frame = {};  // latents of the picture at the size of each stage
    at::Tensor sound = {};                                  // latents of the given sound
  };
  Inputs inputs(const GenerateOptions& options, const Geometry& geometry, const SingleStreamPlan& plan, tensor::NoiseStream& noise,
                const base::RunMonitor& monitor);
  // The model of a stage as a denoiser; `between` layers the monitor may stop it.
  joint::Denoiser denoiser(Transformer kind, models::single_stream::TextPositions positions, const SingleStreamPlan& plan,
                           const base::RunMonitor& monitor);
  joint::Latents first_stage(const GenerateOptions& options, const Geometry& geometry, const Inputs& inputs, const SingleStreamPlan& plan,
                             tensor::NoiseStream& noise, const base::RunMonitor& monitor);
  at::Tensor refined(const GenerateOptions& options, const Geometry& geometry, const Inputs& inputs, const joint::Latents& base,
                     const SingleStreamPlan& plan, tensor::NoiseStream& noise, const base::RunMonitor& monitor);
  std::string provenance(const GenerateOptions& options, const Geometry& geometry);

  LoadOptions load_;
  SingleStreamParts parts_;
  std::map<std::string, at::Tensor> texts_;  // rows of the last prompts
};

}  // namespace gallop::pipelines::single_stream
