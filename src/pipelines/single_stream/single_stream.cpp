#include <span>

#include "base/check.h"
#include "base/hash.h"
#include "base/json.h"
#include "gallop/version.h"
#include "pipelines/registration.h"
#include "pipelines/single_stream/outputs.h"
#include "pipelines/single_stream/pipeline.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"

namespace gallop::pipelines::single_stream {
namespace {

using joint::Latents;
using models::single_stream::TextPositions;

constexpr int kRefineSteps = 5;

}  // namespace

std::string SingleStreamPipeline::name() const { return parts_.has_vae() ? "single_stream-i2av" : "single_stream-t2av"; }

std::string SingleStreamPipeline::describe(const GenerateOptions& options) const {
  const auto request = filled(options, parts_);
  const auto geometry = geometry_of(request, parts_);
  const auto plan = plan_memory(PartSizes::of(parts_), geometry, request.first_frame.has_value(), load_.memory_limit);
  const auto stages = geometry.refined ? fmt::format("{}x{}, then {}x{} by {}", geometry.base.width, geometry.base.height,
                                                     geometry.refined->width, geometry.refined->height, name_of(*geometry.refiner))
                                       : fmt::format("{}x{}", geometry.base.width, geometry.base.height);
  return fmt::format("{} on {} in {}\n{} frames of {}x{} (computed as {}), {} steps of {}\nmemory:\n{}", name(), load_.device.str(),
                     gallop::name_of(dtype()), *request.frames, *request.width, *request.height, stages, *request.steps, *request.scheduler,
                     plan.text());
}

at::Tensor SingleStreamPipeline::encoded(const std::string& prompt, const base::RunMonitor& monitor, int index, int count) {
  const auto found = texts_.find(prompt);
  if (found != texts_.end()) return found->second;
  if (texts_.size() >= 16) texts_.clear();
  return texts_[prompt] = text_rows(parts_, prompt, monitor, index, count);
}

joint::StageConditions SingleStreamPipeline::conditions(const GenerateOptions& options, const base::RunMonitor& monitor) {
  const bool guided = *options.guidance > 1.0;
  joint::StageConditions result{.prompt = {encoded(options.prompt, monitor, 0, guided ? 2 : 1)}};
  if (guided) result.negative.text = encoded(*options.negative_prompt, monitor, 1, 2);
  return result;
}

joint::Denoiser SingleStreamPipeline::denoiser(Transformer kind, TextPositions positions, const SingleStreamPlan& plan,
                                               const base::RunMonitor& monitor) {
  auto& transformer = parts_.transformer(kind, plan.streamed);
  return [&transformer, positions, &monitor](const Latents& latents, const joint::Conditions& conditions, std::optional<double>) {
    const auto velocity =
        transformer.forward({.video = latents.video, .audio = latents.audio, .text = conditions.text, .text_positions = positions},
                            {.between_blocks = [&] { monitor.pulse(); }});
    return Latents{velocity.video.to(at::kCPU), velocity.audio.to(at::kCPU)};
  };
}

SingleStreamPipeline::Inputs SingleStreamPipeline::inputs(const GenerateOptions& options, const Geometry& geometry,
                                                          const SingleStreamPlan& plan, tensor::NoiseStream& noise,
                                                          const base::RunMonitor& monitor) {
  const auto release = [&] {
    if (plan.release) parts_.release();
  };
  Inputs result{.prompts = conditions(options, monitor)};
  release();
  if (options.first_frame) {
    result.first_frame = picture_latents(parts_, *options.first_frame, geometry.base, monitor).to(at::kCPU);
    if (geometry.refined)
      result.refined_first_frame = picture_latents(parts_, *options.first_frame, *geometry.refined, monitor).to(at::kCPU);
    release();
  }
  if (options.sound) {
    result.sound = sound_latents(parts_, *options.sound, geometry.base_size.audio, noise, monitor);
    release();
  }
  return result;
}

Latents SingleStreamPipeline::first_stage(const GenerateOptions& options, const Geometry& geometry, const Inputs& inputs,
                                          const SingleStreamPlan& plan, tensor::NoiseStream& noise, const base::RunMonitor& monitor) {
  const auto& config = parts_.first_config();
  auto stage = base_plan(*options.steps, *options.shift, is_distilled(options));
  stage.first_frame = inputs.first_frame;
  if (*options.guidance > 1.0) stage.guidance = base_guidance(*options.guidance, *options.guidance_2);
  // Differs from the reference, whose distilled mode noises a given sound again at every step: here it is what is heard.
  stage.hold_audio = inputs.sound.defined();
  auto start = first_noise(geometry.base_size, config.latent_channels(), config.audio_features, noise, inputs.sound);
  if (options.initial_noise) start.video = tensor::view_of(*options.initial_noise);
  const int total = *options.steps + (geometry.refined ? kRefineSteps : 0);
  monitor.tick(Stage::denoise, 0, total);
  const auto run = denoiser(is_distilled(options) ? Transformer::distilled : Transformer::base, TextPositions::origin, plan, monitor);
  return joint::run_stage(run, inputs.prompts, start, stage, noise,
                          [&](int done, const Latents&) { monitor.tick(Stage::denoise, done, total); });
}

at::Tensor SingleStreamPipeline::refined(const GenerateOptions& options, const Geometry& geometry, const Inputs& inputs,
                                         const Latents& base, const SingleStreamPlan& plan, tensor::NoiseStream& noise,
                                         const base::RunMonitor& monitor) {
  if (!geometry.refined) return base.video;
  auto stage = refiner_plan(kRefineSteps, *options.shift);
  stage.first_frame = inputs.refined_first_frame;
  const auto start = refiner_start(base, geometry.refined_size.height, geometry.refined_size.width, noise);
  const int before = *options.steps;
  return joint::run_stage(denoiser(*geometry.refiner, TextPositions::spread, plan, monitor), inputs.prompts, start, stage, noise,
                          [&](int done, const Latents&) { monitor.tick(Stage::denoise, before + done, before + kRefineSteps); })
      .video;
}

Generated SingleStreamPipeline::generate(const GenerateOptions& options, const base::RunMonitor& monitor) {
  const c10::InferenceMode guard;
  const auto geometry = geometry_of(options, parts_);
  const auto plan = plan_memory(PartSizes::of(parts_), geometry, options.first_frame.has_value(), load_.memory_limit);
  demand_fits(plan, geometry);
  const auto release = [&] {
    if (plan.release) parts_.release();
  };
  tensor::NoiseStream noise(options.seed);
  const auto given = inputs(options, geometry, plan, noise, monitor);
  const auto base = first_stage(options, geometry, given, plan, noise, monitor);
  const auto video = refined(options, geometry, given, base, plan, noise, monitor);
  release();
  const auto frames = decode_frames(parts_, video, geometry.output, monitor, options.on_frames);
  release();
  Generated result{
      .video = tensor::to_video(frames, kFps, *options.audio ? decode_sound(parts_, base.audio, frames.size(0), monitor) : Audio{})};
  if (options.return_latents) result.latents = tensor::to_array(video);
  result.used = options;
  result.provenance = provenance(options, geometry);
  return result;
}

std::string SingleStreamPipeline::provenance(const GenerateOptions& options, const Geometry& geometry) {
  base::OrderedJson json, used;
  used["prompt"] = options.prompt;
  if (options.negative_prompt && *options.guidance > 1.0) {
    used["negative_prompt"] = *options.negative_prompt;
    json["negative_prompt_is_published"] = base::sha256_hex(std::as_bytes(std::span(*options.negative_prompt))) == kPublishedNegativePrompt;
  }
  if (options.first_frame) used["first_frame"] = options.first_frame->name();
  if (options.sound) used["sound"] = {{"name", options.sound->filename().string()}, {"sha256", base::sha256_file(*options.sound)}};
  used["width"] = *options.width;
  used["height"] = *options.height;
  used["frames"] = *options.frames;
  if (options.duration) used["duration"] = *options.duration;
  used["fps"] = kFps;
  used["audio"] = *options.audio;
  used["scheduler"] = *options.scheduler;
  used["steps"] = *options.steps;
  used["shift"] = *options.shift;
  used["guidance"] = *options.guidance;
  used["guidance_2"] = *options.guidance_2;
  used["seed"] = options.seed;
  json["schema"] = "gallop/generated-v1";
  json["gallop"] = GALLOP_VERSION;
  json["model"] = options.first_frame ? "single_stream-i2av" : "single_stream-t2av";
  json["device"] = parts_.device().is_cpu() ? "cpu" : "cuda";
  json["dtype"] = gallop::name_of(dtype());
  json["options"] = used;
  // What was computed before the middle was cut out, and by which models.
  json["stages"] = base::OrderedJson::array();
  const auto add_stage = [&](const std::string& model, Pixels size) {
    json["stages"].push_back({{"model", model}, {"width", size.width}, {"height", size.height}});
  };
  add_stage(is_distilled(options) ? "distill" : "base", geometry.base);
  if (geometry.refined) add_stage(name_of(*geometry.refiner), *geometry.refined);
  json["weights"] = parts_.hashes();
  return json.dump();
}

PipelineInfo information() {
  return {.family = "single_stream",
          .models = {"single_stream-i2av", "single_stream-t2av"},
          .summary = "joint audio-video transformer (daVinci-MagiHuman): text, a picture or a sound to a clip with sound"};
}

std::unique_ptr<PipelineBase> open(const ModelSource& source, const LoadOptions& options, const base::RunMonitor& monitor) {
  const auto* folder = std::get_if<std::filesystem::path>(&source);
  if (folder == nullptr) return nullptr;
  monitor.tick(Stage::load, 0, 1);
  auto files = find_files(*folder);
  if (!files) return nullptr;
  auto pipeline = std::make_unique<SingleStreamPipeline>(*std::move(files), options);
  monitor.tick(Stage::load, 1, 1);
  return pipeline;
}

}  // namespace gallop::pipelines::single_stream
