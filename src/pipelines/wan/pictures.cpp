#include "pipelines/wan/pictures.h"

#include "base/check.h"
#include "models/clip/wan_vision.h"
#include "pipelines/wan/options.h"
#include "tensor/convert.h"
#include "tensor/resize.h"

namespace gallop::pipelines::wan {
namespace {

// Latents of frames [3, F, H, W], normalised, float32 on the host.
at::Tensor latents_of(WanParts& parts, const at::Tensor& frames, const base::RunMonitor& monitor) {
  auto& vae = parts.vae();
  const auto temporal = parts.vae_config().temporal;
  const int total = static_cast<int>((frames.size(1) - 1) / temporal + 1);
  int done = 0;
  const auto piece = [&] { monitor.tick(Stage::encode_image, done++, total); };
  const auto moments = vae.encode(frames, 1, {.between_pieces = piece});
  monitor.tick(Stage::encode_image, total, total);
  return vae.normalized(moments[0], 0).to(at::kCPU);
}

at::Tensor pixels_of(const Picture& picture) { return tensor::view_of(read_picture(picture)); }

at::Tensor features_of(WanParts& parts, const std::vector<at::Tensor>& pictures) {
  std::vector<at::Tensor> pixels;
  for (const auto& picture : pictures) pixels.push_back(models::clip::vision_pixels(picture));
  const auto features = parts.vision().features(at::cat(pixels)).to(at::kCPU, at::kFloat);  // [1 or 2, 257, D]
  return features.reshape({-1, features.size(2)});
}

// Given frames where they belong, grey elsewhere.
at::Tensor given_frames(const at::Tensor& first, const at::Tensor& last, std::int64_t count) {
  auto frames = at::zeros({3, count, first.size(1), first.size(2)}, at::kFloat);
  frames.select(1, 0).copy_(first);
  if (last.defined()) frames.select(1, count - 1).copy_(last);
  return frames;
}

at::Tensor encode_clip(WanParts& parts, const GenerateOptions& options, const base::RunMonitor& monitor) {
  const auto clip = read_clip(*options.video);
  const std::int64_t wanted = *options.frames;
  GALLOP_CHECK(clip.frames() >= wanted, InvalidArgument, "generate.frames: {} are more than the {} frames of the clip", wanted,
               clip.frames());
  return latents_of(parts, fitted_clip(tensor::view_of(clip).narrow(0, 0, wanted), *options.height, *options.width), monitor);
}

}  // namespace

at::Tensor fitted_clip(const at::Tensor& frames, std::int64_t height, std::int64_t width) {
  std::vector<at::Tensor> pictures;
  for (std::int64_t i = 0; i < frames.size(0); ++i) pictures.push_back(fitted_picture(frames[i], height, width));
  return at::stack(pictures, 1);
}

at::Tensor fitted_picture(const at::Tensor& picture, std::int64_t height, std::int64_t width) {
  const bool fits = picture.size(0) == height && picture.size(1) == width;
  const auto bytes = fits ? picture : tensor::resize_pillow(picture, {height, width}, tensor::PillowFilter::lanczos);
  return bytes.to(at::kFloat).div(255.0).mul(2.0).sub(1.0).permute({2, 0, 1}).contiguous();
}

at::Tensor frame_mask(at::IntArrayRef latent, std::int64_t temporal, bool last) {
  auto mask = at::zeros({temporal, latent[1], latent[2], latent[3]}, at::kFloat);
  mask.select(1, 0).fill_(1.0);
  if (last) mask[temporal - 1].select(0, latent[1] - 1).fill_(1.0);
  return mask;
}

ImageTensors encode_inputs(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, const base::RunMonitor& monitor) {
  const c10::InferenceMode guard;
  if (options.video) return {.features = {}, .condition = encode_clip(parts, options, monitor)};
  if (!options.first_frame) return {};
  monitor.tick(Stage::encode_image, 0, 1, options.first_frame->name());
  std::vector<at::Tensor> pictures{pixels_of(*options.first_frame)};
  if (options.last_frame) pictures.push_back(pixels_of(*options.last_frame));
  ImageTensors result;
  if (traits.vision) result.features = features_of(parts, pictures);
  const auto fitted = [&](std::size_t i) {
    return i < pictures.size() ? fitted_picture(pictures[i], *options.height, *options.width) : at::Tensor();
  };
  if (traits.first_latent) {
    result.condition = latents_of(parts, fitted(0).unsqueeze(1), monitor);
    return result;
  }
  const auto latents = latents_of(parts, given_frames(fitted(0), fitted(1), *options.frames), monitor);
  result.condition = at::cat({frame_mask(latents.sizes(), parts.vae_config().temporal, options.last_frame.has_value()), latents});
  return result;
}

}  // namespace gallop::pipelines::wan
