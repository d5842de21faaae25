#include "models/musiq/musiq.h"

#include "nn/group_norm.h"

namespace gallop::models::musiq {
namespace {

Musiq::Normed load_normed(const nn::Params& params, const char* conv, const char* norm, std::int64_t in, std::int64_t out,
                          std::int64_t kernel, std::int64_t stride, double eps) {
  const auto weight = (params / conv)("weight", {out, in, kernel, kernel});
  const auto flat = weight.flatten(1);
  const auto centred = flat - flat.mean(1, true);
  const auto standard = (centred / (flat.std(1, true, true) + 1e-5)).view_as(weight);  // unbiased deviation
  const auto place = params / norm;
  // The root pads by hand: two before, three after, as TensorFlow does.
  const std::int64_t padding = kernel == 3 ? 1 : 0;
  return {nn::PackedConv2d(nn::Conv2d::of(standard, {}, stride, {padding, padding})).pack(), place("weight", {out}), place("bias", {out}),
          eps};
}

nn::PrenormBlock load_block(const nn::Params& params, const MusiqConfig& config) {
  const auto width = config.width;
  const auto attention = params / "attention", mlp = params / "mlp";
  const auto joined = [&](const char* kind, at::IntArrayRef shape) {
    return at::cat({(attention / "query")(kind, shape), (attention / "key")(kind, shape), (attention / "value")(kind, shape)});
  };
  nn::PrenormBlock loaded{.norm1 = nn::LayerNorm::load(params / "norm1", width, 1e-6),
                          .norm2 = nn::LayerNorm::load(params / "norm2", width, 1e-6),
                          .qkv = {joined("weight", {width, width}), joined("bias", {width})},
                          .proj = nn::Linear::load(attention / "out", width, width),
                          .fc1 = nn::Linear::load(mlp / "fc1", width, config.mlp),
                          .fc2 = nn::Linear::load(mlp / "fc2", config.mlp, width),
                          .heads = config.heads,
                          .activation = nn::Activation::gelu};
  loaded.pack();
  return loaded;
}

}  // namespace

Musiq Musiq::load(const MusiqConfig& config, const nn::Params& params) {
  const auto block = params / "block1", encoder = params / "transformer_encoder";
  Musiq model{.config = config,
              .root = load_normed(params, "conv_root", "gn_root", 3, 64, 7, 2, 1e-6),
              .conv1 = load_normed(block, "conv1", "gn1", 64, 64, 1, 1, 1e-4),
              .conv2 = load_normed(block, "conv2", "gn2", 64, 64, 3, 1, 1e-4),
              .conv3 = load_normed(block, "conv3", "gn3", 64, 256, 1, 1, 1e-4),
              .shortcut = load_normed(block, "conv_proj", "gn_proj", 64, 256, 1, 1, 1e-4),
              .embedding = nn::Linear::load(params / "embedding", 16384, config.width),
              .positions = (encoder / "posembed_input")("position_emb", {1, 100, config.width}).squeeze(0),
              .scales = (encoder / "scaleembed_input")("scale_emb", {3, config.width}),
              .class_token = encoder("cls", {1, 1, config.width}),
              .blocks = {},
              .norm = nn::LayerNorm::load(encoder / "encoder_norm", config.width, 1e-6),
              .head = nn::Linear::load(params / "head", config.width, 1)};
  model.embedding.pack();
  for (std::int64_t i = 0; i < config.depth; ++i)
    model.blocks.push_back(load_block(encoder / "transformer" / ("encoderblock_" + std::to_string(i)), config));
  return model;
}

at::Tensor Musiq::Normed::operator()(const at::Tensor& x, bool rectified) const {
  return nn::group_norm(conv(x), 32, weight, bias, eps, rectified);
}

at::Tensor Musiq::features(const at::Tensor& pixels) const {
  auto x = at::pad(pixels, {2, 3, 2, 3}).contiguous(at::MemoryFormat::ChannelsLast);
  x = at::pad(root(x, true), {0, 1, 0, 1}).contiguous(at::MemoryFormat::ChannelsLast);
  x = at::max_pool2d(x, {3, 3}, {2, 2});
  auto y = conv3(conv2(conv1(x, true), true));
  x = y.add_(shortcut(x)).relu_();
  return x.permute({0, 2, 3, 1}).flatten(1);  // TensorFlow order: row, column, channel
}

at::Tensor Musiq::embed(const at::Tensor& pixels) const {
  // A few patches stay in the cache from the first layer to the last; the wide product wants more rows, for it reads all of its matrix.
  constexpr std::int64_t kPatches = 16, kRows = 8 * kPatches;
  std::vector<at::Tensor> embedded;
  for (const auto& rows : pixels.split(kRows)) {
    std::vector<at::Tensor> parts;
    for (const auto& few : rows.split(kPatches)) parts.push_back(features(few));
    embedded.push_back(embedding(at::cat(parts)));
  }
  return at::cat(embedded);
}

at::Tensor Musiq::operator()(const at::Tensor& image) const {
  const auto patches = multiscale_patches((image - 0.5) * 2.0);
  const auto placed = embed(patches.pixels) + positions.index_select(0, patches.positions.to(positions.device())) +
                      scales.index_select(0, patches.scales.to(scales.device()));
  return head(norm(nn::run_to_first_token(blocks, at::cat({class_token, placed.unsqueeze(0)}, 1))));
}

}  // namespace gallop::models::musiq
