#include "pipelines/registry.h"

#include <fmt/ranges.h>

#include "base/check.h"
#include "base/names.h"
#include "pipelines/registration.h"

#include "gallop/pipelines.inc"
#undef GALLOP_PIPELINE

namespace gallop::pipelines {
namespace {

struct Family {
  PipelineInfo (*information)();
  std::unique_ptr<PipelineBase> (*open)(const ModelSource&, const LoadOptions&, const base::RunMonitor&);
};

constexpr Family kFamilies[] = {
#define GALLOP_PIPELINE(name) {name::information, name::open},
#include "gallop/pipelines.inc"
#undef GALLOP_PIPELINE
};

[[noreturn]] void refuse(const PipelineBase* base, const char* stage) {
  throw Unsupported(fmt::format("pipeline {}: has no stage \"{}\" of its own; use generate", base->name(), stage));
}

}  // namespace

at::Tensor PipelineBase::encode_prompt(const std::string&, const base::RunMonitor&) { refuse(this, "encode_prompt"); }
ImageTensors PipelineBase::encode_image(const GenerateOptions&, const base::RunMonitor&) { refuse(this, "encode_image"); }
at::Tensor PipelineBase::denoise(const GenerateOptions&, const ConditioningTensors&, const base::RunMonitor&) { refuse(this, "denoise"); }
Video PipelineBase::decode(const at::Tensor&, const base::RunMonitor&) { refuse(this, "decode"); }
void PipelineBase::save(const std::filesystem::path&, std::optional<DType>, const base::RunMonitor&) { refuse(this, "save"); }
void PipelineBase::hold_weights(WeightForm form) {
  GALLOP_CHECK(form == WeightForm::full, Unsupported, "pipeline {}: weights in int8 are not supported by this family", name());
}
void PipelineBase::set_loras(std::span<const LoraFile> loras) {
  GALLOP_CHECK(loras.empty(), Unsupported, "pipeline {}: adapters are not supported by this family", name());
}

std::vector<PipelineInfo> families() {
  std::vector<PipelineInfo> infos;
  for (const auto& family : kFamilies) infos.push_back(family.information());
  return infos;
}

std::unique_ptr<PipelineBase> open_pipeline(const ModelSource& source, const LoadOptions& options, const base::RunMonitor& monitor) {
  if (const auto* folder = std::get_if<std::filesystem::path>(&source)) {
    GALLOP_CHECK(std::filesystem::exists(*folder), NotFound, "{}: no such folder; give the folder of a model", base::quote(*folder));
    GALLOP_CHECK(std::filesystem::is_directory(*folder), InvalidArgument,
                 "{}: a file; give the folder that holds the model, or its files one by one", base::quote(*folder));
  }
  for (const auto& family : kFamilies)
    if (auto pipeline = family.open(source, options, monitor)) return pipeline;
  std::vector<std::string> known;
  for (const auto& family : families()) known.insert(known.end(), family.models.begin(), family.models.end());
  const auto* folder = std::get_if<std::filesystem::path>(&source);
  throw Unsupported(fmt::format(
      "{}: no model this library can run was recognised (looked for model_index.json, config.json, diffusion_models); known: {}",
      folder ? base::quote(*folder) : "the given files", fmt::join(known, ", ")));
}

}  // namespace gallop::pipelines
