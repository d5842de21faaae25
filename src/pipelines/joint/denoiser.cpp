#include "pipelines/joint/denoiser.h"

namespace gallop::pipelines::joint {

Latents guided(const Latents& with, const Latents& without, const GuidanceRule& rule, double timestep) {
  std::vector<double> scales;
  for (std::int64_t frame = 0; frame < with.video.size(1); ++frame) scales.push_back(rule(LatentKind::video, timestep, frame));
  const auto scale = at::tensor(scales, at::kDouble).to(with.video.device(), at::kFloat).view({1, -1, 1, 1});
  Latents result{without.video + scale * (with.video - without.video), {}};
  if (with.audio.defined()) result.audio = without.audio + rule(LatentKind::audio, timestep, 0) * (with.audio - without.audio);
  return result;
}

}  // namespace gallop::pipelines::joint
