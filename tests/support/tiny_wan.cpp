#include "support/tiny_wan.h"

namespace gallop::test {

models::wan::WanConfig tiny_config(const std::string& model) {
  models::wan::WanConfig config;
  config.heads = 2;
  config.head_dim = 12;
  config.layers = 2;
  config.ffn_dim = 32;
  config.text_dim = 32;
  if (model == "wan2.1-i2v" || model == "wan2.1-flf2v" || model == "wan2.2-i2v-a14b") config.in_channels = 36;
  if (model == "wan2.1-i2v" || model == "wan2.1-flf2v") config.image_dim = 32;
  if (model == "wan2.1-flf2v") config.image_tokens = 514;
  if (model == "wan2.2-ti2v-5b") config.in_channels = config.out_channels = 48;
  return config;
}

weights::TensorMap tiny_transformer(const models::wan::WanConfig& config, const std::string& suffix) {
  weights::TensorMap tensors;
  for (const auto& slot : models::wan::transformer_slots(config)) tensors[slot.name] = weight(slot.name, slot.shape, suffix);
  return tensors;
}

models::wan::WanTransformer make_transformer(const models::wan::WanConfig& config, const std::string& suffix, at::ScalarType dtype) {
  weights::WeightMap map(tiny_transformer(config, suffix), "tiny");
  const auto taken = models::wan::take_transformer(map, config);
  map.finish();
  return models::wan::WanTransformer::resident(config, taken, dtype, at::kCPU);
}

models::wan::WanVaeConfig tiny_vae_config(bool residual) {
  auto config = residual ? models::wan::WanVaeConfig::v22() : models::wan::WanVaeConfig::v21();
  config.base_dim = 8;
  config.decoder_base_dim = residual ? 16 : 8;
  return config;
}

weights::TensorMap tiny_vae(const models::wan::WanVaeConfig& config) {
  weights::TensorMap tensors;
  auto vae = models::wan::shape_vae(config);
  models::wan::visit(vae, config, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor&) {
    tensors[name] = weight(name, shape);
  });
  return tensors;
}

models::wan::WanVae make_vae(const models::wan::WanVaeConfig& config) {
  weights::WeightMap map(tiny_vae(config), "tiny");
  const auto taken = models::wan::take_vae(map, config);
  map.finish();
  return models::wan::WanVae(config, taken, at::kFloat, at::kCPU);
}

}  // namespace gallop::test
