// Bytes and hashes of a pipeline's parts.
#include "base/hash.h"
#include "base/json.h"
#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {
namespace {

std::uint64_t bytes_of(const at::Tensor& tensor, at::ScalarType type) {
  return tensor.defined() ? static_cast<std::uint64_t>(tensor.numel()) * c10::elementSize(type) : 0;
}

// The files behind an entry: the shards of an index, or the file itself.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& entry) {
  if (!entry.filename().string().ends_with(".index.json")) return {entry};
  std::map<std::string, bool> shards;
  const auto index = base::read_json(entry);
  for (const auto& [tensor, file] : index.at("weight_map").items()) shards[file.get<std::string>()] = true;
  std::vector<std::filesystem::path> files;
  for (const auto& [name, used] : shards) files.push_back(entry.parent_path() / name);
  return files;
}

}  // namespace

void WanParts::count_bytes() {
  bytes_ = {};
  const auto& expert = experts_[0].weights;
  auto globals = expert.globals;
  models::wan::visit(globals, config_, [&](const models::wan::TensorSlot& slot, at::Tensor& value) {
    bytes_.globals += bytes_of(value, slot.keeps_float32 ? at::kFloat : dtype_);
  });
  auto block = expert.blocks[0];
  models::wan::visit(block, 0, config_, [&](const models::wan::TensorSlot& slot, at::Tensor& value) {
    bytes_.block += held_ == models::wan::Held::int8 && value.dim() == 2 && nn::WideLinear::fits_8_bits(value.size(0), value.size(1))
                        ? bytes_of(value, at::kChar) + bytes_of(value.select(1, 0), at::kFloat)
                        : bytes_of(value, slot.keeps_float32 ? at::kFloat : dtype_);
  });
  bytes_.expert = bytes_.globals + bytes_.block * static_cast<std::uint64_t>(config_.layers);
  auto vae = vae_weights_;
  models::wan::visit(vae, vae_config_, [&](const std::string&, const std::vector<std::int64_t>&, at::Tensor& value) {
    bytes_.vae += bytes_of(value, at::kFloat);
  });
  for (const auto& [name, value] : vision_tensors_) bytes_.vision += bytes_of(value, dtype_);
  bytes_.expert_views = experts_[0].views && experts_.back().views && held_ == models::wan::Held::plain;
  if (!text_config_) return;
  const auto type = dtype_ == at::kHalf ? at::kFloat : dtype_;
  bytes_.text_views =
      device_.is_cpu() && text_scales_.empty() && !text_weights_.layers.empty() && text_weights_.layers[0].q.weight.scalar_type() == type;
  for (const auto& layer : text_weights_.layers) {
    bytes_.text_layer = 0;
    for (const auto& [name, value] : models::umt5::tensors_of(layer)) bytes_.text_layer += bytes_of(value, type);
    bytes_.text += bytes_.text_layer;
  }
}

const std::map<std::string, std::string>& WanParts::hashes() {
  if (!hashes_.empty()) return hashes_;
  const auto root = files_.root;
  const auto add = [&](const std::filesystem::path& entry) {
    if (entry.empty()) return;
    for (const auto& file : files_of(entry)) {
      const auto name = root.empty() ? file.filename() : file.lexically_relative(root);
      hashes_[name.generic_string()] = "sha256:" + base::sha256_file(file);
    }
  };
  for (const auto& transformer : files_.transformers) add(transformer);
  for (const auto& file : {files_.vae, files_.text_encoder, files_.image_encoder}) add(file);
  return hashes_;
}

}  // namespace gallop::pipelines::wan
