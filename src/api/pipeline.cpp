// The public side of making video. Arrays become tensors and back, foreign exceptions become errors of the library.
#include "gallop/pipeline.h"

#include "pipelines/registry.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"
#include "tensor/translate.h"

namespace gallop {
inline namespace v0 {

struct Pipeline::Impl {
  std::unique_ptr<pipelines::PipelineBase> base;
};

namespace {

at::Tensor tensor_of(const std::optional<Array>& array) { return array ? tensor::view_of(*array) : at::Tensor(); }
std::optional<Array> array_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return std::nullopt;
  return tensor::to_array(tensor);
}

std::unique_ptr<pipelines::PipelineBase> open(const pipelines::ModelSource& source, const LoadOptions& options, const RunOptions& run) {
  return tensor::translated([&] { return pipelines::open_pipeline(source, options, base::RunMonitor(run)); });
}

}  // namespace

std::vector<PipelineInfo> pipelines() { return pipelines::families(); }

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

Pipeline Pipeline::load(const std::filesystem::path& folder, const LoadOptions& options, const RunOptions& run) {
  return Pipeline(std::make_unique<Impl>(Impl{open(folder, options, run)}));
}
Pipeline Pipeline::load(const PipelineFiles& files, const LoadOptions& options, const RunOptions& run) {
  return Pipeline(std::make_unique<Impl>(Impl{open(files, options, run)}));
}

void Pipeline::hold_weights(WeightForm form) {
  tensor::translated([&] { impl_->base->hold_weights(form); });
}

std::string Pipeline::name() const { return impl_->base->name(); }
Device Pipeline::device() const { return impl_->base->device(); }
DType Pipeline::dtype() const { return impl_->base->dtype(); }

std::string Pipeline::describe(const GenerateOptions& options) const {
  return tensor::translated([&] { return impl_->base->describe(options); });
}
GenerateOptions Pipeline::defaults() const { return impl_->base->defaults(); }
GenerateOptions Pipeline::resolve(const GenerateOptions& options) const {
  return tensor::translated([&] { return impl_->base->resolve(options); });
}

Generated Pipeline::generate(const GenerateOptions& options, const RunOptions& run) {
  return tensor::translated([&] { return impl_->base->generate(impl_->base->resolve(options), base::RunMonitor(run)); });
}

std::vector<Generated> Pipeline::generate_batch(std::span<const GenerateOptions> options, const RunOptions& run) {
  return tensor::translated([&] {
    std::vector<GenerateOptions> resolved;  // all are checked before the first is made
    for (const auto& request : options) resolved.push_back(impl_->base->resolve(request));
    std::vector<Generated> results;
    for (const auto& request : resolved) results.push_back(impl_->base->generate(request, base::RunMonitor(run)));
    return results;
  });
}

Array Pipeline::encode_prompt(const std::string& prompt, const RunOptions& run) {
  return tensor::translated([&] { return tensor::to_array(impl_->base->encode_prompt(prompt, base::RunMonitor(run))); });
}

ImageConditioning Pipeline::encode_image(const GenerateOptions& options, const RunOptions& run) {
  return tensor::translated([&] {
    const auto image = impl_->base->encode_image(impl_->base->resolve(options), base::RunMonitor(run));
    return ImageConditioning{array_of(image.features), array_of(image.condition)};
  });
}

Array Pipeline::denoise(const GenerateOptions& options, const Conditioning& conditioning, const RunOptions& run) {
  return tensor::translated([&] {
    const pipelines::ConditioningTensors tensors{tensor::view_of(conditioning.prompt),
                                                 tensor_of(conditioning.negative),
                                                 {tensor_of(conditioning.image.features), tensor_of(conditioning.image.condition)}};
    return tensor::to_array(impl_->base->denoise(impl_->base->resolve(options), tensors, base::RunMonitor(run)));
  });
}

Video Pipeline::decode(const Array& latents, const RunOptions& run) {
  return tensor::translated([&] { return impl_->base->decode(tensor::view_of(latents), base::RunMonitor(run)); });
}

void Pipeline::set_loras(std::span<const LoraFile> loras) {
  tensor::translated([&] { impl_->base->set_loras(loras); });
}

void Pipeline::save(const std::filesystem::path& folder, std::optional<DType> dtype, const RunOptions& run) const {
  tensor::translated([&] { impl_->base->save(folder, dtype, base::RunMonitor(run)); });
}

}  // namespace v0
}  // namespace gallop
