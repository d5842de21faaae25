// What models that make picture and sound together share: latents by kind, one denoiser signature for models with and without
// a timestep, guidance as a rule. A model of the family is a folder that supplies these, not a copy of the loop.
#pragma once

#include <functional>
#include <optional>

#include "tensor/aten.h"

namespace gallop::pipelines::joint {

enum class LatentKind { video, audio };

struct Latents {
  at::Tensor video = {};  // float32 [C, T, h, w]
  at::Tensor audio = {};  // float32 [n, C]; undefined: the model makes no sound
};

// What one branch of the guidance is told.
struct Conditions {
  at::Tensor text = {};  // float32 [tokens, width], no padding
};

// One evaluation: velocities shaped as the latents. Models whose input tells the noise level ignore the timestep.
using Denoiser = std::function<Latents(const Latents& latents, const Conditions& conditions, std::optional<double> timestep)>;

// The scale at a timestep (0 to 1000) for a latent frame of a kind (audio: frame 0).
using GuidanceRule = std::function<double(LatentKind kind, double timestep, std::int64_t frame)>;

// without + scale (with - without), kind by kind and frame by frame.
Latents guided(const Latents& with, const Latents& without, const GuidanceRule& rule, double timestep);

}  // namespace gallop::pipelines::joint
