#include "support/tiny_single_stream.h"

#include <cmath>

#include "support/hashed.h"

namespace gallop::test {

using namespace models::single_stream;

JointConfig tiny_joint_config(bool local) {
  JointConfig config;
  config.width = 256;
  config.head_dim = 32;
  config.kv_heads = 2;
  config.text_features = 96;
  config.gated_width = 680;
  config.plain_width = 1024;
  config.window = 1;
  for (int i = 0; i < 6; ++i)
    config.layers.push_back({.experts = i < 2 || i >= 4, .gated = i >= 2, .local = local && (i == 0 || i == 2 || i == 5)});
  return config;
}

weights::TensorMap tiny_joint(const JointConfig& config) {
  weights::TensorMap tensors;
  for (const auto& slot : transformer_slots(config)) tensors[slot.name] = at::empty(slot.shape, at::kFloat);
  tensors.erase("adapter.rope.bands");
  std::uint32_t k = 0;
  for (auto& [name, tensor] : tensors) {
    const double amp = tensor.dim() == 2 ? std::sqrt(3.0 / static_cast<double>(tensor.size(1))) : name.ends_with("bias") ? 0.1 : 0.2;
    tensor = hashed(k++, tensor.sizes(), amp);
  }
  tensors["adapter.rope.bands"] = rotary_bands(config.bands());
  return tensors;
}

JointWeights tiny_joint_weights(const JointConfig& config) {
  weights::WeightMap map(tiny_joint(config), "tiny");
  auto taken = take_transformer(map, config);
  map.finish();
  return taken;
}

JointTransformer make_joint(const JointConfig& config, at::ScalarType dtype) {
  return JointTransformer::resident(config, tiny_joint_weights(config), dtype, at::kCPU);
}

JointInput tiny_joint_input() {
  const double amp = std::sqrt(3.0);
  return {.video = hashed(1000, {48, 5, 4, 6}, amp), .audio = hashed(1001, {17, 64}, amp), .text = hashed(1002, {11, 96}, amp)};
}

}  // namespace gallop::test
