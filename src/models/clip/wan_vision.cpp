#include "models/clip/wan_vision.h"

#include <map>

#include "base/check.h"
#include "tensor/image_transforms.h"
#include "tensor/resize.h"

namespace gallop::models::clip {
namespace {

void split_fused(weights::TensorMap& out, const std::string& stem, const std::string& leaf, const at::Tensor& fused) {
  const auto parts = fused.chunk(3, 0);
  const char* names[] = {"q_proj", "k_proj", "v_proj"};
  for (std::size_t i = 0; i < 3; ++i) out[stem + "self_attn." + names[i] + "." + leaf] = parts[i];
}

weights::TensorMap from_original(const weights::TensorMap& tensors) {
  weights::TensorMap out;
  const std::string layers = "visual.transformer.", top = "vision_model.";
  static const std::map<std::string, std::string> kParts{
      {"norm1", "layer_norm1"}, {"attn.proj", "self_attn.out_proj"}, {"norm2", "layer_norm2"}, {"mlp.0", "mlp.fc1"}, {"mlp.2", "mlp.fc2"}};
  for (const auto& [name, tensor] : tensors) {
    if (name == "visual.patch_embedding.weight") out[top + "embeddings.patch_embedding.weight"] = tensor;
    if (name == "visual.cls_embedding") out[top + "embeddings.class_embedding"] = tensor.reshape({-1});
    if (name == "visual.pos_embedding") out[top + "embeddings.position_embedding.weight"] = tensor.squeeze(0);
    if (name.starts_with("visual.pre_norm.")) out[top + "pre_layrnorm." + name.substr(16)] = tensor;
    if (!name.starts_with(layers)) continue;
    const auto dot = name.find('.', layers.size()), last = name.rfind('.');
    if (dot == std::string::npos || last <= dot) continue;
    const auto stem = top + "encoder.layers." + name.substr(layers.size(), dot - layers.size()) + ".",
               part = name.substr(dot + 1, last - dot - 1), leaf = name.substr(last + 1);
    if (part == "attn.to_qkv") split_fused(out, stem, leaf, tensor);
    if (const auto found = kParts.find(part); found != kParts.end()) out[stem + found->second + "." + leaf] = tensor;
  }
  return out;
}

}  // namespace

weights::TensorMap vision_tensors(weights::TensorMap tensors) {
  if (tensors.contains("visual.patch_embedding.weight")) return from_original(tensors);
  if (tensors.contains("vision_model.embeddings.class_embedding")) return tensors;
  weights::TensorMap result;
  for (auto& [name, tensor] : tensors) result["vision_model." + name] = std::move(tensor);
  return result;
}

WanVision WanVision::load(const weights::TensorMap& tensors, const std::string& source, std::int64_t heads, at::ScalarType dtype,
                          at::Device device) {
  const auto take = [&](const std::string& name) {
    const auto found = tensors.find("vision_model." + name);
    GALLOP_CHECK(found != tensors.end(), ModelError,
                 "{}: tensor \"vision_model.{}\" is missing; this is no CLIP vision tower or a half-copied one", source, name);
    return found->second.to(device, dtype);
  };
  WanVision tower;
  tower.class_token = take("embeddings.class_embedding");
  tower.positions = take("embeddings.position_embedding.weight");
  tower.patch_weight = take("embeddings.patch_embedding.weight");
  tower.norm_before = {take("pre_layrnorm.weight"), take("pre_layrnorm.bias"), 1e-5};
  const auto width = tower.class_token.size(0);
  GALLOP_CHECK(tower.patch_weight.dim() == 4 && tower.patch_weight.size(0) == width && tower.positions.dim() == 2 &&
                   tower.positions.size(1) == width,
               ModelError, "{}: the embeddings of the vision tower do not fit each other", source);
  if (heads == 0) heads = width / 80;
  GALLOP_CHECK(heads > 0 && width % heads == 0, ModelError, "{}: {} channels for {} heads", source, width, heads);
  std::int64_t depth = 0;
  while (tensors.contains("vision_model.encoder.layers." + std::to_string(depth) + ".layer_norm1.weight")) ++depth;
  GALLOP_CHECK(depth >= 2, ModelError, "{}: {} layers in the vision tower, expected at least two", source, depth);
  for (std::int64_t i = 0; i + 1 < depth; ++i) {
    const auto stem = "encoder.layers." + std::to_string(i) + ".";
    const auto linear = [&](const std::string& name) { return nn::Linear{take(stem + name + ".weight"), take(stem + name + ".bias")}; };
    const auto q = linear("self_attn.q_proj"), k = linear("self_attn.k_proj"), v = linear("self_attn.v_proj");
    nn::PrenormBlock block;
    block.norm1 = {take(stem + "layer_norm1.weight"), take(stem + "layer_norm1.bias"), 1e-5};
    block.norm2 = {take(stem + "layer_norm2.weight"), take(stem + "layer_norm2.bias"), 1e-5};
    block.qkv = {at::cat({q.weight, k.weight, v.weight}), at::cat({q.bias, k.bias, v.bias})};
    block.proj = linear("self_attn.out_proj");
    block.fc1 = linear("mlp.fc1");
    block.fc2 = linear("mlp.fc2");
    block.heads = heads;
    tower.blocks.push_back(std::move(block));
  }
  return tower;
}

at::Tensor WanVision::features(const at::Tensor& images) const {
  const c10::InferenceMode guard;
  const auto patch = patch_weight.size(2);
  const auto maps =
      at::conv2d(images.to(patch_weight.options()), patch_weight, {}, {patch, patch}).flatten(2).transpose(1, 2);  // [B, 256, D]
  GALLOP_CHECK(maps.size(1) + 1 == positions.size(0), InvalidArgument, "vision tower: pictures of {} patches, expected {}", maps.size(1),
               positions.size(0) - 1);
  auto x = at::cat({class_token.view({1, 1, -1}).expand({maps.size(0), 1, maps.size(2)}), maps}, 1) + positions;
  x = norm_before(x);
  for (const auto& block : blocks) x = block(x);
  return x;
}

at::Tensor vision_pixels(const at::Tensor& picture) {
  constexpr std::int64_t kSide = 224;
  const auto height = picture.size(0), width = picture.size(1);
  const auto size = tensor::short_side_size({height, width}, kSide);
  GALLOP_CHECK(size.height <= 65536 && size.width <= 65536, InvalidArgument,
               "generate.first_frame: a picture of {} x {} is too narrow for the vision tower", width, height);
  const auto resized = tensor::resize_pillow(picture, size, tensor::PillowFilter::bicubic);
  const auto crop = resized.narrow(0, (size.height - kSide) / 2, kSide).narrow(1, (size.width - kSide) / 2, kSide);
  return tensor::normalized(crop.permute({2, 0, 1}).to(at::kFloat).mul(1.0 / 255.0), tensor::kClipStatistics).unsqueeze(0);
}

}  // namespace gallop::models::clip
