#include "pipelines/joint/stage.h"

#include "base/check.h"
#include "schedulers/renoising.h"

namespace gallop::pipelines::joint {
namespace {

void put_first_frame(Latents& latents, const at::Tensor& first_frame) {
  if (!first_frame.defined()) return;
  latents.video = latents.video.clone();
  latents.video.narrow(1, 0, 1).copy_(first_frame);
}

// A velocity that is no number would pass through the solver and the decoder as a black clip.
void check_finite(const Latents& velocity, int step) {
  const bool finite =
      at::isfinite(velocity.video).all().item<bool>() && (!velocity.audio.defined() || at::isfinite(velocity.audio).all().item<bool>());
  GALLOP_CHECK(finite, ModelError,
               "denoise: step {} yields values that are not numbers; the weights are damaged or the number type is too narrow", step + 1);
}

}  // namespace

Latents run_stage(const Denoiser& denoiser, const StageConditions& conditions, Latents latents, const StagePlan& plan,
                  tensor::NoiseStream& noise, const AfterStep& after_step) {
  const auto steps = static_cast<int>(plan.grid.timesteps.size());
  const bool moves_audio = latents.audio.defined() && !plan.hold_audio;
  const auto video_solver = schedulers::make_unipc(plan.grid), audio_solver = schedulers::make_unipc(plan.grid);
  for (int i = 0; i < steps; ++i) {
    const double timestep = plan.grid.timesteps[static_cast<std::size_t>(i)];
    put_first_frame(latents, plan.first_frame);
    auto velocity = denoiser(latents, conditions.prompt, timestep);
    if (plan.guidance) velocity = guided(velocity, denoiser(latents, conditions.negative, timestep), plan.guidance, timestep);
    check_finite(velocity, i);
    const auto step = [&](schedulers::Scheduler& solver, const at::Tensor& v, const at::Tensor& x) {
      return plan.renoise ? schedulers::renoised(plan.grid, i, v, x, noise.normal(x.sizes()).to(x.device())) : solver.step(v, x);
    };
    latents.video = step(*video_solver, velocity.video, latents.video);
    if (moves_audio) latents.audio = step(*audio_solver, velocity.audio, latents.audio);
    if (after_step) after_step(i + 1, latents);
  }
  put_first_frame(latents, plan.first_frame);
  return latents;
}

}  // namespace gallop::pipelines::joint
