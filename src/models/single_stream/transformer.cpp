#include "models/single_stream/transformer.h"

#include "base/check.h"
#include "models/single_stream/block.h"
#include "nn/gated.h"

namespace gallop::models::single_stream {
namespace {

constexpr double kHeadEps = 1e-6;

Layout layout_of(const JointInput& input, const JointConfig& config) {
  const auto& video = input.video;
  GALLOP_CHECK(video.dim() == 4 && video.size(0) == config.latent_channels() && video.numel() > 0 && video.size(2) % 2 == 0 &&
                   video.size(3) % 2 == 0,
               InvalidArgument, "transformer: video latents [{}], expected [{}, T, even, even]", fmt::join(video.sizes(), ", "),
               config.latent_channels());
  GALLOP_CHECK(input.audio.dim() == 2 && input.audio.size(0) > 0 && input.audio.size(1) == config.audio_features, InvalidArgument,
               "transformer: audio latents [{}], expected [N, {}] with N > 0", fmt::join(input.audio.sizes(), ", "), config.audio_features);
  GALLOP_CHECK(input.text.dim() == 2 && input.text.size(0) > 0 && input.text.size(1) == config.text_features, InvalidArgument,
               "transformer: text [{}], expected [N, {}] with N > 0", fmt::join(input.text.sizes(), ", "), config.text_features);
  return {video.size(1), video.size(2) / 2, video.size(3) / 2, input.audio.size(0), input.text.size(0)};
}

}  // namespace

JointTransformer::JointTransformer(JointConfig config, JointGlobals globals, std::unique_ptr<Blocks> blocks, at::ScalarType dtype)
    : config_(std::move(config)), globals_(std::move(globals)), blocks_(std::move(blocks)), dtype_(dtype) {}

JointVelocity JointTransformer::forward(const JointInput& input, const JointHooks& hooks) {
  const auto layout = layout_of(input, config_);
  const c10::InferenceMode guard;
  const auto device = globals_.video_norm.device();
  const auto here = [&](const at::Tensor& x) { return x.to(device, at::kFloat).contiguous(); };
  const auto observe = [&](const std::string& stage, const at::Tensor& value) {
    if (hooks.observe) hooks.observe(stage, value);
  };
  // Each kind of token through its own embedder; nothing is padded to a common width.
  auto residual = at::cat({globals_.video_in(pack_video(here(input.video))), globals_.audio_in(here(input.audio)),
                           globals_.text_in(here(input.text))});  // [L, D]
  observe("embed", residual);
  const auto turned = rotation(positions(layout, input.text_positions).to(device), config_.bands());
  const BlockRun run{config_, layout, turned, dtype_, chunk_rows_};
  for (std::int64_t i = 0; i < config_.depth(); ++i) {
    if (hooks.between_blocks) hooks.between_blocks();
    run_block(blocks_->block(i), i, residual, run, i + 1 == config_.depth());
    observe("layers." + std::to_string(i), residual);
  }
  const auto head = [&](std::int64_t first, std::int64_t count, const at::Tensor& norm, const nn::Linear& linear) {
    return linear(nn::offset_rms_norm(residual.narrow(0, first, count), norm, kHeadEps, at::kFloat));
  };
  return {unpack_video(head(0, layout.video(), globals_.video_norm, globals_.video_out), layout),
          head(layout.video(), layout.audio, globals_.audio_norm, globals_.audio_out)};
}

}  // namespace gallop::models::single_stream
