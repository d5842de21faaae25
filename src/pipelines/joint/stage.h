// One denoising stage over picture and sound: a solver each on one grid, or re-noising of distilled models.
#pragma once

#include "pipelines/joint/denoiser.h"
#include "schedulers/scheduler.h"
#include "tensor/noise.h"

namespace gallop::pipelines::joint {

struct StagePlan {
  schedulers::Grid grid;
  bool renoise = false;         // step-distilled: predict the sample, noise it again; else UniPC
  bool hold_audio = false;      // the sound is a condition: shown to every evaluation, never changed
  GuidanceRule guidance = {};   // empty: one branch
  at::Tensor first_frame = {};  // latents [C, 1, h, w] that replace frame 0 before each evaluation and at the end
};

struct StageConditions {
  Conditions prompt;
  Conditions negative = {};  // read when the plan has a guidance
};

// After each step: how many are done, and the latents.
using AfterStep = std::function<void(int done, const Latents& latents)>;

// Runs the whole grid from `start`. Re-noising draws for the video, then for the sound unless that is held, at every step, the
// last one too.
Latents run_stage(const Denoiser& denoiser, const StageConditions& conditions, Latents start, const StagePlan& plan,
                  tensor::NoiseStream& noise, const AfterStep& after_step = {});

}  // namespace gallop::pipelines::joint
