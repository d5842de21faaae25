// Small approximate frames from latents, without the VAE.
#pragma once

#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

// Colours as a linear function of the latent channels, fitted once a model to what its VAE makes of a still of noise.
class Previewer {
 public:
  // Latents [z, t, h, w], normalised -> one frame a latent frame, a pixel a latent pixel.
  Video show(WanParts& parts, const at::Tensor& latents, double fps);

 private:
  void fit(WanParts& parts);
  at::Tensor map_;  // [z + 1, 3], the last row is the offset
};

}  // namespace gallop::pipelines::wan
