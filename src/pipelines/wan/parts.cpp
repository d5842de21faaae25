#include "pipelines/wan/parts.h"

#include <fmt/ranges.h>

#include "base/check.h"
#include "base/names.h"
#include "models/wan/remap.h"
#include "tensor/convert.h"
#include "weights/tensor_map.h"
#include "weights/weight_map.h"

namespace gallop::pipelines::wan {
namespace {

using models::wan::Patches;

bool is_float8(at::ScalarType type) { return type == at::kFloat8_e4m3fn || type == at::kFloat8_e5m2; }

// The type most weights of the blocks have; bfloat16 stands in for 8-bit floats.
at::ScalarType stored_type(const models::wan::WanWeights& weights) {
  const auto type = weights.blocks.empty() ? at::kFloat : weights.blocks[0].self.q.weight.scalar_type();
  return is_float8(type) ? at::kBFloat16 : type;
}

// Scales that a file carries for layers, and the scales and changes of adapters, as one.
Patches merged(const Patches& scales, const Patches& adapters) {
  Patches all = adapters;
  for (const auto& [name, patch] : scales) all[name].scale = patch.scale;
  return all;
}

}  // namespace

WanParts::WanParts(WanFiles files, const LoadOptions& options) : files_(std::move(files)), device_(tensor::to_aten(options.device)) {
  const c10::InferenceMode guard;
  open_experts();
  if (options.dtype) {
    GALLOP_CHECK(*options.dtype != DType::uint8, InvalidArgument,
                 "load.dtype: uint8 is no type for weights; use float32, bfloat16 or float16");
    dtype_ = tensor::to_aten(*options.dtype);
  } else if (!device_.is_cpu()) {
    dtype_ = stored_type(experts_[0].weights);
  }
  for (auto& expert : experts_)
    expert.views = device_.is_cpu() && expert.scales.empty() && expert.weights.blocks[0].self.q.weight.scalar_type() == dtype_;
  open_vae();
  open_text();
  open_vision();
  count_bytes();
}

void WanParts::open_experts() {
  for (const auto& file : files_.transformers) {
    Expert expert;
    auto tensors = models::wan::take_scales(models::wan::transformer_tensors(weights::open_weights(file)), expert.scales);
    if (experts_.empty()) {
      config_ = wan::transformer_config(files_, tensors);
      config_.check(file.string());
      // Two experts in separate files carry no boundary: it follows from what they are conditioned on (wan.md 3.9).
      if (files_.layout == "files" && files_.boundary) files_.boundary = config_.in_channels > config_.out_channels ? 0.9 : 0.875;
    }
    weights::WeightMap map(std::move(tensors), file.string());
    expert.weights = models::wan::take_transformer(map, config_);
    map.finish();
    experts_.push_back(std::move(expert));
  }
}

void WanParts::open_vae() {
  auto tensors = models::wan::vae_tensors(weights::open_weights(files_.vae));
  vae_config_ = wan::vae_config(files_, tensors);
  vae_config_.check(files_.vae.string());
  weights::WeightMap map(std::move(tensors), files_.vae.string());
  vae_weights_ = models::wan::take_vae(map, vae_config_);
  map.finish();
  const auto z = vae_config_.z_dim;
  const auto hint = z == 48 ? ": this is the Wan 2.2 VAE of the 5B model" : z == 16 ? ": this is the Wan 2.1 VAE" : "";
  GALLOP_CHECK(config_.out_channels == z, ModelError,
               "{}: the VAE has {} latent channels, the transformer makes {}{}; use the VAE of this model", files_.vae.string(), z,
               config_.out_channels, hint);
  GALLOP_CHECK(config_.in_channels == z || config_.in_channels == 2 * z + 4, Unsupported,
               "{}: the transformer takes {} channels, expected {} (noise) or {} (noise, mask, picture); relatives of Wan with other "
               "inputs are not run",
               files_.transformers[0].string(), config_.in_channels, z, 2 * z + 4);
}

void WanParts::open_text() {
  if (files_.text_encoder.empty()) return;
  const auto where = files_.text_encoder.string();
  auto tensors = weights::open_weights(files_.text_encoder);
  if (const auto found = tensors.find("spiece_model"); found != tensors.end() && found->second.scalar_type() == at::kByte) {
    const auto bytes = found->second.contiguous();
    embedded_tokenizer_.assign(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes());
  }
  tensors = models::wan::take_scales(models::umt5::encoder_tensors(std::move(tensors)), text_scales_);
  text_config_ = files_.text_config.empty()
                     ? models::umt5::EncoderConfig::from_tensors(tensors, where)
                     : models::umt5::EncoderConfig::from_json(base::read_json(files_.text_config), files_.text_config.string());
  weights::WeightMap map(std::move(tensors), where);
  text_weights_ = models::umt5::take_encoder(*text_config_, map);
  map.finish();
  GALLOP_CHECK(text_config_->width == config_.text_dim, ModelError,
               "{}: the text encoder is {} wide, the transformer expects {}; it belongs to another model", where, text_config_->width,
               config_.text_dim);
}

void WanParts::open_vision() {
  if (files_.image_encoder.empty() || !config_.image_dim) return;
  if (!files_.image_config.empty()) {
    const auto json = base::read_json(files_.image_config);
    // A config of a whole CLIP nests the tower's.
    const auto& tower = json.contains("vision_config") ? json["vision_config"] : json;
    GALLOP_CHECK(tower.value("hidden_act", std::string("gelu")) == "gelu", Unsupported, "{}: the tower's activation is not the exact gelu",
                 files_.image_config.string());
    if (tower.contains("num_attention_heads") && tower["num_attention_heads"].is_number_integer())
      vision_heads_ = tower["num_attention_heads"];
  }
  vision_tensors_ = models::clip::vision_tensors(weights::open_weights(files_.image_encoder));
  weights::TensorMap shapes;  // the same shapes without memory: what is missing or misfits is found now
  for (const auto& [name, value] : vision_tensors_) shapes[name] = at::empty(value.sizes(), value.options().device(at::kMeta));
  const auto tower = models::clip::WanVision::load(shapes, files_.image_encoder.string(), vision_heads_, at::kFloat, at::kMeta);
  GALLOP_CHECK(tower.class_token.size(0) == *config_.image_dim, ModelError,
               "{}: the vision tower is {} wide, the transformer expects {}; it belongs to another model", files_.image_encoder.string(),
               tower.class_token.size(0), *config_.image_dim);
}

models::wan::WanTransformer& WanParts::expert(std::size_t index) {
  auto& placed = placed_[index];
  if (placed) return *placed;
  auto& other = placed_[1 - index];
  if (other && (!experts_[index].views || held_ != models::wan::Held::plain)) other.reset();
  const auto& expert = experts_[index];
  const auto patches = std::make_shared<const Patches>(merged(expert.scales, adapters_[index]));
  const models::wan::Place place = [patches](const std::string& name, const at::Tensor& value, at::ScalarType dtype, at::Device device) {
    return models::wan::patched(name, value, *patches, dtype, device);
  };
  const auto make = stream_blocks_ ? models::wan::WanTransformer::streamed : models::wan::WanTransformer::resident;
  placed = std::make_unique<models::wan::WanTransformer>(make(config_, expert.weights, dtype_, device_, place, held_));
  return *placed;
}

models::wan::WanVae& WanParts::vae() {
  // Always float32, as both references run it.
  if (!vae_) {
    const c10::InferenceMode guard;
    vae_ = std::make_unique<models::wan::WanVae>(vae_config_, vae_weights_, at::kFloat, device_);
  }
  return *vae_;
}

const models::umt5::Encoder& WanParts::text_encoder() {
  GALLOP_CHECK(text_config_.has_value(), NotFound, "{}: has no text encoder; add one, or give the embedded prompt to denoise",
               files_.transformers[0].string());
  if (!text_) {
    const c10::InferenceMode guard;
    // float16 overflows in this encoder (wan.md 2.4).
    const auto type = dtype_ == at::kHalf ? at::kFloat : dtype_;
    const auto scales = std::make_shared<const Patches>(text_scales_);
    const models::umt5::Place place = [scales](const std::string& name, const at::Tensor& value, at::ScalarType dtype, at::Device device) {
      return models::wan::patched(name, value, *scales, dtype, device);
    };
    text_ = std::make_unique<models::umt5::Encoder>(*text_config_, text_weights_, type, device_, stream_text_, place);
  }
  return *text_;
}

const text::Unigram& WanParts::tokenizer() {
  if (tokenizer_) return *tokenizer_;
  if (files_.tokenizer.empty() && !embedded_tokenizer_.empty()) {
    tokenizer_ = std::make_unique<text::Unigram>(text::Unigram::from_sentencepiece(embedded_tokenizer_, files_.text_encoder.string()));
    return *tokenizer_;
  }
  GALLOP_CHECK(!files_.tokenizer.empty(), NotFound, "{}: has no tokenizer; give tokenizer.json or spiece.model",
               files_.transformers[0].string());
  auto file = files_.tokenizer;
  if (std::filesystem::is_directory(file))
    file = std::filesystem::exists(file / "tokenizer.json") ? file / "tokenizer.json" : file / "spiece.model";
  tokenizer_ = std::make_unique<text::Unigram>(text::Unigram::read(file));
  return *tokenizer_;
}

const models::clip::WanVision& WanParts::vision() {
  GALLOP_CHECK(!vision_tensors_.empty(), NotFound, "{}: this model needs a CLIP vision tower and has none; add image_encoder",
               files_.transformers[0].string());
  if (!vision_) {
    const c10::InferenceMode guard;
    vision_ = std::make_unique<models::clip::WanVision>(models::clip::WanVision::load(
        vision_tensors_, files_.image_encoder.string(), vision_heads_, dtype_ == at::kHalf ? at::kFloat : dtype_, device_));
  }
  return *vision_;
}

void WanParts::release_experts() {
  for (auto& placed : placed_) placed.reset();
}

void WanParts::stream(bool text, bool blocks) {
  if (text != stream_text_) text_.reset();
  if (blocks != stream_blocks_) release_experts();
  stream_text_ = text;
  stream_blocks_ = blocks;
}

void WanParts::hold(models::wan::Held held) {
  if (held == held_) return;
  release_experts();
  held_ = held;
  count_bytes();
}

void WanParts::set_adapters(std::array<Patches, 2> adapters) {
  adapters_ = std::move(adapters);
  release_experts();
}

}  // namespace gallop::pipelines::wan
