#include "models/wan/transformer.h"

#include "base/check.h"
#include "models/wan/block.h"
#include "models/wan/conditioning.h"
#include "models/wan/rope.h"
#include "nn/tokens.h"

namespace gallop::models::wan {
namespace {

void check_input(const WanInput& input, const WanConfig& config) {
  const auto& x = input.latents;
  GALLOP_CHECK(x.dim() == 5 && x.size(1) == config.in_channels && x.size(3) % 2 == 0 && x.size(4) % 2 == 0 && x.numel() > 0,
               InvalidArgument, "transformer: latents [{}], expected [B, {}, T, even, even]", fmt::join(x.sizes(), ", "),
               config.in_channels);
  const auto tokens = x.size(2) * (x.size(3) / 2) * (x.size(4) / 2);
  const auto& t = input.timestep;
  GALLOP_CHECK((t.dim() == 1 || (t.dim() == 2 && t.size(1) == tokens)) && t.size(0) == x.size(0), InvalidArgument,
               "transformer: timestep [{}], expected [{}] or [{}, {}]", fmt::join(t.sizes(), ", "), x.size(0), x.size(0), tokens);
  const auto& text = input.text;
  GALLOP_CHECK(text.dim() == 3 && text.size(0) == x.size(0) && text.size(1) == config.text_rows && text.size(2) == config.text_dim,
               InvalidArgument, "transformer: text [{}], expected [{}, {}, {}]", fmt::join(text.sizes(), ", "), x.size(0), config.text_rows,
               config.text_dim);
  GALLOP_CHECK(input.image.defined() == config.image_dim.has_value(), InvalidArgument,
               "transformer: image features {}, but this model has {} image branch", input.image.defined() ? "given" : "missing",
               config.image_dim ? "an" : "no");
  if (!input.image.defined()) return;
  const auto& image = input.image;
  const auto rows = x.size(0) * (config.image_tokens ? 2 : 1);
  GALLOP_CHECK(image.dim() == 3 && image.size(0) == rows && image.size(2) == *config.image_dim &&
                   (!config.image_tokens || 2 * image.size(1) == *config.image_tokens),
               InvalidArgument, "transformer: image features [{}], expected [{}, {}, {}]", fmt::join(image.sizes(), ", "), rows,
               config.image_tokens ? *config.image_tokens / 2 : 257, *config.image_dim);
}

// [B, C, T, h, w] -> tokens [B, N, 4 C], each patch in the order (c, dy, dx).
at::Tensor patches(const at::Tensor& x) {
  return x.view({x.size(0), x.size(1), x.size(2), x.size(3) / 2, 2, x.size(4) / 2, 2})
      .permute({0, 2, 3, 5, 1, 4, 6})
      .reshape({x.size(0), -1, x.size(1) * 4});
}

// Tokens [B, N, 4 C] with the channel fastest -> [B, C, T, h, w] (wan.md 3.6).
at::Tensor unpatches(const at::Tensor& y, at::IntArrayRef latent, std::int64_t channels) {
  return y.view({latent[0], latent[2], latent[3] / 2, latent[4] / 2, 2, 2, channels})
      .permute({0, 6, 1, 2, 4, 3, 5})
      .reshape({latent[0], channels, latent[2], latent[3], latent[4]});
}

}  // namespace

WanTransformer::WanTransformer(WanConfig config, WanGlobals globals, std::unique_ptr<BlockStore> blocks)
    : config_(std::move(config)), globals_(std::move(globals)), blocks_(std::move(blocks)) {}

at::Tensor WanTransformer::forward(const WanInput& input, const ForwardHooks& hooks) {
  check_input(input, config_);
  const c10::InferenceMode guard;
  const auto device = globals_.patch.weight.device();
  const auto observe = [&](const char* stage, const at::Tensor& value) {
    if (hooks.observe) hooks.observe(stage, value);
  };
  const auto latents = input.latents.to(device, dtype()).contiguous();
  const auto width = config_.width();
  auto x = at::linear(patches(latents), globals_.patch.weight.view({width, -1}), globals_.patch.bias);  // [B, N, D]
  observe("patch_embedding", x);

  const auto time = time_modulation(globals_, config_, input.timestep, x.size(1));
  observe("condition_embedder.0", time.embedding);
  observe("condition_embedder.1", time.projection);
  const auto rope = rope_tables(config_, latents.size(2), latents.size(3) / 2, latents.size(4) / 2, device);
  BlockContext context{config_, time, rope, embed_text(globals_, input.text), {}, hooks};
  observe("condition_embedder.2", context.text);
  if (input.image.defined()) {
    context.image = embed_image(globals_, input.image);
    observe("condition_embedder.3", context.image);
  }
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    if (hooks.between_blocks) hooks.between_blocks();
    run_block(blocks_->block(i), i, x, context);
  }
  const auto rows = (globals_.table.unsqueeze(0) + time.embedding.unsqueeze(2).to(at::kFloat)).unbind(2);
  const auto y = globals_.head(modulate(x, rows[1].contiguous(), rows[0].contiguous(), time, config_.eps));
  observe("proj_out", y);
  return unpatches(y, latents.sizes(), config_.out_channels);
}

}  // namespace gallop::models::wan
