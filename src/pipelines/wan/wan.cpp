#include "pipelines/wan/pipeline.h"

#include "base/check.h"
#include "base/hash.h"
#include "pipelines/registration.h"
#include "pipelines/wan/checkpoint.h"
#include "pipelines/wan/decode.h"
#include "pipelines/wan/memory.h"
#include "pipelines/wan/options.h"
#include "pipelines/wan/pictures.h"
#include "pipelines/wan/provenance.h"
#include "pipelines/wan/save.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"
#include "weights/safetensors.h"

namespace gallop::pipelines::wan {

WanPipeline::WanPipeline(WanFiles files, const LoadOptions& options)
    : load_(options), parts_(std::move(files), options), traits_(traits_of(parts_)), prompts_(parts_) {}

DType WanPipeline::dtype() const {
  if (parts_.dtype() == at::kHalf) return DType::float16;
  return parts_.dtype() == at::kBFloat16 ? DType::bfloat16 : DType::float32;
}

GenerateOptions WanPipeline::defaults() const { return filled({}, parts_, traits_); }
GenerateOptions WanPipeline::resolve(const GenerateOptions& options) const { return resolved(options, parts_, traits_); }

at::Tensor WanPipeline::encode_prompt(const std::string& prompt, const base::RunMonitor& monitor) {
  return prompts_.encode(prompt, monitor);
}

ImageTensors WanPipeline::encode_image(const GenerateOptions& options, const base::RunMonitor& monitor) {
  return encode_inputs(parts_, traits_, options, monitor);
}

ConditioningTensors WanPipeline::condition(const GenerateOptions& options, const base::RunMonitor& monitor, const MemoryPlan& plan) {
  const bool guided = *options.guidance > 1.0;
  ConditioningTensors result;
  result.prompt = prompts_.encode(options.prompt, monitor, 0, guided ? 2 : 1);
  if (guided) result.negative = prompts_.encode(*options.negative_prompt, monitor, 1, 2);
  if (plan.release) parts_.release_text();
  result.image = encode_inputs(parts_, traits_, options, monitor);
  if (plan.release) {
    parts_.release_vision();
    parts_.release_vae();
  }
  return result;
}

MemoryPlan WanPipeline::prepared(const GenerateOptions& options) {
  const auto plan = plan_memory(parts_, options, load_.memory_limit);
  demand_fits(plan, parts_, options);
  parts_.stream(plan.stream_text, plan.stream_blocks);
  return plan;
}

std::string WanPipeline::request_of(const GenerateOptions& options) {
  const auto text = provenance(parts_, traits_, options, loras_).dump();
  return base::sha256_hex(std::as_bytes(std::span(text)));
}

at::Tensor WanPipeline::denoise(const GenerateOptions& options, const ConditioningTensors& conditioning, const base::RunMonitor& monitor) {
  const auto& run = monitor.options();
  DenoiseHooks hooks;
  std::string request;
  if (!options.checkpoint.empty()) {
    request = request_of(options);
    hooks.begin = [&](schedulers::Scheduler& solver, at::Tensor& latents) {
      resume_checkpoint(options.checkpoint, request, solver, latents);
    };
  }
  hooks.after_step = [&](const schedulers::Scheduler& solver, const at::Tensor& latents) {
    const int done = solver.evaluation();
    if (!request.empty() && (done % options.checkpoint_every == 0 || done == solver.evaluations()))
      save_checkpoint(options.checkpoint, request, solver, latents);
    if (run.on_preview && run.preview_every > 0 && done % run.preview_every == 0)
      run.on_preview(done, previewer_.show(parts_, latents, *options.fps));
  };
  return wan::denoise(parts_, traits_, options, conditioning, monitor, hooks);
}

Video WanPipeline::decode(const at::Tensor& latents, const base::RunMonitor& monitor) {
  return decode_latents(parts_, latents, traits_.fps, {}, monitor);
}

Generated WanPipeline::generate(const GenerateOptions& options, const base::RunMonitor& monitor) {
  const auto plan = prepared(options);
  if (plan.release) parts_.release_experts();
  const auto latents = denoise(options, condition(options, monitor, plan), monitor);
  if (plan.release) parts_.release_experts();
  Generated result{.video = decode_latents(parts_, latents, *options.fps, plan.decode, monitor, options.on_frames)};
  if (plan.release) parts_.release_vae();
  if (options.return_latents) result.latents = tensor::to_array(latents);
  result.used = options;
  result.provenance = provenance(parts_, traits_, options, loras_).dump();
  if (!options.checkpoint.empty()) std::filesystem::remove(options.checkpoint);
  return result;
}

void WanPipeline::hold_weights(WeightForm form) {
  GALLOP_CHECK(form == WeightForm::full || parts_.device().is_cpu(), Unsupported,
               "load.weights: int8 is for CPUs, the device is {}; use full weights, with dtype bfloat16", load_.device.str());
  parts_.hold(form == WeightForm::int8 ? models::wan::Held::int8 : models::wan::Held::plain);
}

void WanPipeline::save(const std::filesystem::path& folder, std::optional<DType> dtype, const base::RunMonitor& monitor) {
  save_model(parts_, folder, dtype, monitor);
}

namespace {

// The alpha that PEFT stores beside the factors, as JSON among the file's remarks.
std::optional<double> adapter_alpha(const std::filesystem::path& file) {
  if (file.extension() != ".safetensors") return std::nullopt;
  const auto remarks = weights::safetensors_remarks(file);
  const auto found = remarks.find("lora_adapter_metadata");
  if (found == remarks.end()) return std::nullopt;
  const auto json = base::parse_json(found->second, file.string());
  for (const auto* key : {"transformer.lora_alpha", "lora_alpha"})
    if (json.is_object() && json.contains(key) && json[key].is_number()) return json[key].get<double>();
  return std::nullopt;
}

}  // namespace

void WanPipeline::set_loras(std::span<const LoraFile> loras) {
  std::array<models::wan::Patches, 2> patches;
  for (const auto& lora : loras) {
    GALLOP_CHECK(lora.expert.empty() || lora.expert == "high" || lora.expert == "low", InvalidArgument,
                 "lora.expert: \"{}\"; use high, low or nothing for both", lora.expert);
    GALLOP_CHECK(lora.expert != "low" || parts_.experts() == 2, InvalidArgument, "lora.expert: {} has one expert", traits_.name);
    const auto tensors = weights::open_weights(lora.file);
    const auto alpha = adapter_alpha(lora.file);
    for (std::size_t i = 0; i < parts_.experts(); ++i)
      if (lora.expert.empty() || (lora.expert == "high") == (i == 0))
        models::wan::add_lora(patches[i], tensors, parts_.transformer_config(), lora.strength, alpha, lora.file.string());
  }
  parts_.set_adapters(std::move(patches));
  loras_.assign(loras.begin(), loras.end());
}

std::string WanPipeline::describe(const GenerateOptions& options) const {
  const auto request = filled(options, parts_, traits_);
  const auto plan = plan_memory(parts_, request, load_.memory_limit);
  return fmt::format("{} on {} in {}{}\n{}\nmemory for {} frames of {}x{}, {} steps of {}:\n{}", traits_.name, load_.device.str(),
                     name_of(dtype()), parts_.held() == models::wan::Held::int8 ? ", the transformer's matrices in int8" : "",
                     described_parts(parts_), *request.frames, *request.width, *request.height, *request.steps, *request.scheduler,
                     plan.text());
}

PipelineInfo information() {
  return {.family = "wan", .models = model_names(), .summary = "Wan 2.1 and 2.2: text, pictures or a clip to video"};
}

std::unique_ptr<PipelineBase> open(const ModelSource& source, const LoadOptions& options, const base::RunMonitor& monitor) {
  monitor.tick(Stage::load, 0, 1);
  std::optional<WanFiles> files;
  if (const auto* folder = std::get_if<std::filesystem::path>(&source)) {
    files = find_files(*folder);
  } else {
    files = find_files(std::get<PipelineFiles>(source));
  }
  if (!files) return nullptr;
  auto pipeline = std::make_unique<WanPipeline>(*std::move(files), options);
  monitor.tick(Stage::load, 1, 1);
  return pipeline;
}

}  // namespace gallop::pipelines::wan
