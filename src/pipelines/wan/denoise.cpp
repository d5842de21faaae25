#include "pipelines/wan/denoise.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "pipelines/wan/options.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"
#include "tensor/noise.h"

namespace gallop::pipelines::wan {
namespace {

// One request at work.
class Denoiser {
 public:
  Denoiser(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, const ConditioningTensors& conditioning,
           const base::RunMonitor& monitor)
      : parts_(parts), traits_(traits), options_(options), monitor_(monitor), shape_(latent_shape(options, parts.vae_config())) {
    check(conditioning);
    const auto place = [&](const at::Tensor& value) {
      return value.defined() ? value.to(parts.device(), at::kFloat).unsqueeze(0) : at::Tensor();
    };
    prompt_ = place(conditioning.prompt);
    if (*options.guidance > 1.0) negative_ = place(conditioning.negative);
    condition_ = place(conditioning.image.condition);
    if (const auto& features = conditioning.image.features; features.defined()) {
      const auto pictures = parts.transformer_config().image_tokens ? 2 : 1;
      features_ = features.to(parts.device(), at::kFloat).view({pictures, -1, features.size(1)});
    }
  }

  at::Tensor velocity(double time, const at::Tensor& latents) {
    const auto& boundary = parts_.files().boundary;
    const bool low = boundary && time < *boundary * 1000.0;
    auto& expert = parts_.expert(low ? 1 : 0);
    const auto input = model_input(latents);
    const auto timestep = model_time(time);
    const double guidance = low ? *options_.guidance_2 : *options_.guidance;
    if (!negative_.defined()) return run(expert, input, timestep, prompt_)[0];
    if (options_.batch_guidance) {
      const auto both = run(expert, at::cat({input, input}), at::cat({timestep, timestep}), at::cat({prompt_, negative_}));
      return both[1] + (both[0] - both[1]) * guidance;
    }
    const auto with = run(expert, input, timestep, prompt_)[0];
    const auto without = run(expert, input, timestep, negative_)[0];
    return without + (with - without) * guidance;
  }

  // The given first latent frame in place of its own.
  at::Tensor with_first(const at::Tensor& latents) const {
    if (!holds_first()) return latents;
    auto held = latents.clone();
    held.narrow(1, 0, 1).copy_(condition_[0]);
    return held;
  }

 private:
  bool holds_first() const { return traits_.first_latent && condition_.defined() && !options_.video; }

  void check(const ConditioningTensors& given) const {
    const auto& config = parts_.transformer_config();
    const auto demand = [](const char* what, const at::Tensor& value, const std::vector<std::int64_t>& shape) {
      GALLOP_CHECK(value.defined() && value.sizes() == at::IntArrayRef(shape), InvalidArgument,
                   "denoise.{}: [{}], expected [{}]; encode it with this pipeline and these options", what,
                   value.defined() ? fmt::format("{}", fmt::join(value.sizes(), ", ")) : "absent", fmt::join(shape, ", "));
    };
    demand("prompt", given.prompt, {config.text_rows, config.text_dim});
    if (*options_.guidance > 1.0) demand("negative", given.negative, {config.text_rows, config.text_dim});
    if (traits_.vision) {
      const auto tokens = given.image.features.defined() ? given.image.features.size(0) : 0;
      demand("image.features", given.image.features, {config.image_tokens.value_or(tokens), *config.image_dim});
    }
    if (traits_.masked) {
      demand("image.condition", given.image.condition, {config.in_channels - config.out_channels, shape_[1], shape_[2], shape_[3]});
    } else if (options_.video) {
      demand("image.condition", given.image.condition, shape_);
    } else if (options_.first_frame) {
      demand("image.condition", given.image.condition, {shape_[0], 1, shape_[2], shape_[3]});
    }
  }

  at::Tensor model_input(const at::Tensor& latents) const {
    if (traits_.masked) return at::cat({latents.unsqueeze(0), condition_}, 1);
    return with_first(latents).unsqueeze(0);
  }

  // One time for all, or one per token: those of the given frame are at their end already.
  at::Tensor model_time(double time) const {
    if (!holds_first()) return at::full({1}, time, at::kFloat).to(parts_.device());
    const auto frame = shape_[2] / 2 * (shape_[3] / 2);
    auto times = at::full({1, shape_[1] * frame}, time, at::kFloat);
    times.narrow(1, 0, frame).zero_();
    return times;
  }

  at::Tensor run(models::wan::WanTransformer& expert, const at::Tensor& input, const at::Tensor& time, const at::Tensor& text) const {
    auto image = features_;
    if (image.defined() && input.size(0) > 1) image = at::cat({image, image});
    const models::wan::ForwardHooks hooks{.between_blocks = [this] { monitor_.pulse(); }};
    // The guidance is worked out in float32 whatever the model's type is.
    return expert.forward({.latents = input, .timestep = time, .text = text, .image = image}, hooks).to(at::kFloat);
  }

  WanParts& parts_;
  const WanTraits& traits_;
  const GenerateOptions& options_;
  const base::RunMonitor& monitor_;
  std::vector<std::int64_t> shape_;
  at::Tensor prompt_, negative_, condition_, features_;
};

// The first evaluation of a clip that is changed, not made: the rest of the schedule is int(steps * strength) steps long.
int first_evaluation(const schedulers::Scheduler& solver, const GenerateOptions& options) {
  if (!options.video) return 0;
  const int kept = static_cast<int>(*options.steps * *options.strength), skipped = *options.steps - kept;
  const int order = *options.scheduler == "heun" ? 2 : 1;  // evaluations a step
  return std::min(skipped * order, solver.evaluations());
}

at::Tensor checked(at::Tensor latents, const schedulers::Scheduler& solver, at::ScalarType type) {
  if (!at::isfinite(latents).all().item<bool>())
    throw ModelError(fmt::format("denoise: step {} of {} gave values that are no numbers; {}", solver.evaluation(), solver.evaluations(),
                                 type == at::kHalf ? "float16 overflows in this model: use bfloat16 or float32"
                                                   : "the weights are damaged, or an adapter is too strong"));
  return latents;
}

}  // namespace

at::Tensor initial_noise(const GenerateOptions& options, const models::wan::WanVaeConfig& vae) {
  const auto shape = latent_shape(options, vae);
  return options.initial_noise ? tensor::view_of(*options.initial_noise).view(shape) : tensor::seeded_normal(shape, options.seed);
}

at::Tensor denoise(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, const ConditioningTensors& conditioning,
                   const base::RunMonitor& monitor, const DenoiseHooks& hooks) {
  const c10::InferenceMode guard;
  Denoiser work(parts, traits, options, conditioning, monitor);
  const auto solver = schedulers::make_scheduler(*options.scheduler, *options.steps, *options.shift);
  auto latents = initial_noise(options, parts.vae_config()).to(parts.device());
  const int first = first_evaluation(*solver, options), total = solver->evaluations() - first;
  if (options.video) {
    const double sigma = solver->grid().sigmas[static_cast<std::size_t>(first)];
    latents = conditioning.image.condition.to(parts.device(), at::kFloat) * (1.0 - sigma) + latents * sigma;
    solver->begin_at(first);
  }
  if (hooks.begin) hooks.begin(*solver, latents);
  monitor.tick(Stage::denoise, solver->evaluation() - first, total);
  while (solver->evaluation() < solver->evaluations()) {
    const auto velocity = work.velocity(solver->grid().timesteps[static_cast<std::size_t>(solver->evaluation())], latents);
    latents = checked(solver->step(velocity, latents), *solver, parts.dtype());
    if (hooks.after_step) hooks.after_step(*solver, latents);
    monitor.tick(Stage::denoise, solver->evaluation() - first, total);
  }
  return work.with_first(latents);
}

}  // namespace gallop::pipelines::wan
