// From noise to latents: the solver's loop, guidance, the change of experts (wan.md 3.9, 5.7, 6).
#pragma once

#include <functional>

#include "base/run.h"
#include "pipelines/pipeline_base.h"
#include "pipelines/wan/parts.h"
#include "pipelines/wan/traits.h"
#include "schedulers/scheduler.h"

namespace gallop::pipelines::wan {

// Float32 noise [z, t, h, w] of the seed, or the given one.
at::Tensor initial_noise(const GenerateOptions& options, const models::wan::WanVaeConfig& vae);

// What the loop asks of its caller. All optional.
struct DenoiseHooks {
  // Before the first step; may move solver and latents to where an earlier run stopped.
  std::function<void(schedulers::Scheduler& solver, at::Tensor& latents)> begin = {};
  // After every step.
  std::function<void(const schedulers::Scheduler& solver, const at::Tensor& latents)> after_step = {};
};

// Latents [z, t, h, w], float32 on the pipeline's device. InvalidArgument: conditioning of another size; ModelError: a step
// yields no numbers any more.
at::Tensor denoise(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, const ConditioningTensors& conditioning,
                   const base::RunMonitor& monitor, const DenoiseHooks& hooks = {});

}  // namespace gallop::pipelines::wan
