#include "pipelines/single_stream/parts.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/names.h"
#include "models/wan/remap.h"
#include "tensor/convert.h"

namespace gallop::pipelines::single_stream {
namespace {

using models::single_stream::JointConfig;
using models::single_stream::JointTransformer;

// The tensors of a part; a file that breaks its format breaks the model, and the message names the part.
weights::TensorMap opened(const char* part, const std::filesystem::path& file) {
  try {
    return weights::open_weights(file);
  } catch (const FormatError& error) {
    throw ModelError(fmt::format("{}: {}", part, error.what()));
  } catch (const NotFound& error) {
    throw ModelError(fmt::format("{}: {}", part, error.what()));
  }
}

// The same names and shapes without memory: what is missing or misfits is found at load, nothing is converted yet.
weights::TensorMap shapes_of(const weights::TensorMap& tensors) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> entries;
  for (const auto& [name, tensor] : tensors) entries.emplace_back(name, tensor.sizes().vec());
  return weights::meta_tensors(entries);
}

std::uint64_t bytes_of(const weights::TensorMap& tensors, std::uint64_t each) {
  std::uint64_t sum = 0;
  for (const auto& [name, tensor] : tensors) sum += static_cast<std::uint64_t>(tensor.numel()) * each;
  return sum;
}

weights::WeightMap audio_map(weights::TensorMap tensors, const std::string& where) {
  weights::WeightMap map(std::move(tensors), where);
  map.keep_prefix("pretransform.model.");
  return map;
}

}  // namespace

std::string name_of(Transformer kind) {
  switch (kind) {
    case Transformer::base:
      return "base";
    case Transformer::distilled:
      return "distill";
    case Transformer::refine_540:
      return "540p_sr";
    case Transformer::refine_1080:
      break;
  }
  return "1080p_sr";
}

SingleStreamParts::SingleStreamParts(SingleStreamFiles files, const LoadOptions& options)
    : files_(std::move(files)), device_(tensor::to_aten(options.device)) {
  const c10::InferenceMode guard;
  open_transformer(Transformer::base, files_.base);
  open_transformer(Transformer::distilled, files_.distilled);
  open_transformer(Transformer::refine_540, files_.refine_540);
  open_transformer(Transformer::refine_1080, files_.refine_1080);
  // The published model rounds to bfloat16 at fixed places; float32 is the oracle for it. Half precision is neither.
  GALLOP_CHECK(!options.dtype || *options.dtype == DType::bfloat16 || *options.dtype == DType::float32, InvalidArgument,
               "load.dtype: this model runs in bfloat16 or float32");
  dtype_ = options.dtype ? tensor::to_aten(*options.dtype) : device_.is_cpu() ? at::kFloat : at::kBFloat16;

  text_config_ = models::t5gemma::EncoderConfig::from_json(base::read_json(files_.text_config), files_.text_config.string());
  GALLOP_CHECK(text_config_.width == first_config().text_features, ModelError,
               "{}: the text encoder is {} wide, the transformer expects {}; it belongs to another model", files_.text_config.string(),
               text_config_.width, first_config().text_features);
  text_tensors_ = models::t5gemma::encoder_tensors(opened("text encoder", files_.text_encoder));
  weights::WeightMap text_map(shapes_of(text_tensors_), files_.text_encoder.string());
  (void)models::t5gemma::Encoder::load(text_config_, text_map, at::kFloat, at::kMeta);
  text_map.finish();
  open_decoders();
}

void SingleStreamParts::open_transformer(Transformer kind, const std::filesystem::path& file) {
  if (file.empty()) return;
  auto tensors = opened(name_of(kind).c_str(), file);
  auto config = JointConfig::from_tensors(tensors, file.string());
  if (kind == Transformer::refine_1080) config = config.with_local_attention();
  if (!weights_.empty()) {
    auto plain = config;
    for (auto& layer : plain.layers) layer.local = false;
    GALLOP_CHECK(plain == first_config(), ModelError, "{}: has other shapes than {}; the stages belong to different models", file.string(),
                 name_of(weights_.begin()->first));
  }
  weights::WeightMap map(std::move(tensors), file.string());
  auto taken = models::single_stream::take_transformer(map, config);
  map.finish();
  weights_[kind] = {std::move(config), std::move(taken)};
}

void SingleStreamParts::open_decoders() {
  const auto channels = first_config().latent_channels();
  if (!files_.turbo.empty()) {
    turbo_config_ = models::turbo_decoder::TurboConfig::from_json(base::read_json(files_.turbo_config), files_.turbo_config.string());
    turbo_tensors_ = models::turbo_decoder::turbo_tensors(opened("turbo decoder", files_.turbo));
    weights::WeightMap map(shapes_of(turbo_tensors_), files_.turbo.string());
    (void)models::turbo_decoder::TurboDecoder::load(*turbo_config_, map, at::kFloat, at::kMeta);
    map.finish();
    GALLOP_CHECK(turbo_config_->latent == channels, ModelError, "{}: decodes {} latent channels, the transformer makes {}",
                 files_.turbo_config.string(), turbo_config_->latent, channels);
  }
  if (!files_.vae.empty()) {
    auto tensors = models::wan::vae_tensors(opened("video VAE", files_.vae));
    auto config = models::wan::WanVaeConfig::v22();
    const auto width_of = [&](const char* name, std::int64_t axis) {
      const auto found = tensors.find(name);
      GALLOP_CHECK(found != tensors.end() && found->second.dim() > axis, ModelError,
                   "{}: tensor \"{}\" is missing; expected the Wan 2.2 VAE", files_.vae.string(), name);
      return found->second.size(axis);
    };
    config.base_dim = width_of("encoder.conv_in.bias", 0);
    config.decoder_base_dim = width_of("decoder.conv_out.weight", 1);
    weights::WeightMap map(std::move(tensors), files_.vae.string());
    vae_weights_ = models::wan::take_vae(map, config);
    map.finish();
    GALLOP_CHECK(config.z_dim == channels, ModelError, "{}: has {} latent channels, the transformer makes {}", files_.vae.string(),
                 config.z_dim, channels);
    vae_config_ = config;
  }
  audio_config_ = models::stable_audio::AudioVaeConfig::from_json(base::read_json(files_.audio_config), files_.audio_config.string());
  audio_tensors_ = opened("audio VAE", files_.audio_vae);
  auto map = audio_map(shapes_of(audio_tensors_), files_.audio_vae.string());
  (void)models::stable_audio::AudioVae::load(audio_config_, map, at::kMeta, has_audio_encoder());
  map.finish();
  GALLOP_CHECK(audio_config_.latent == first_config().audio_features, ModelError,
               "{}: has {} audio latent channels, the transformer makes {}", files_.audio_config.string(), audio_config_.latent,
               first_config().audio_features);
}

bool SingleStreamParts::has_audio_encoder() const { return audio_tensors_.contains("pretransform.model.encoder.layers.0.weight_v"); }

JointTransformer& SingleStreamParts::transformer(Transformer kind, bool streamed) {
  if (placed_ && placed_kind_ == kind && placed_streamed_ == streamed) return *placed_;
  placed_.reset();
  const auto make = streamed ? JointTransformer::streamed : JointTransformer::resident;
  const auto& opened = weights_.at(kind);
  placed_ = std::make_unique<JointTransformer>(make(opened.config, opened.weights, dtype_, device_));
  placed_kind_ = kind;
  placed_streamed_ = streamed;
  return *placed_;
}

models::t5gemma::Encoder& SingleStreamParts::text_encoder() {
  if (!text_) {
    weights::WeightMap map(text_tensors_, files_.text_encoder.string());
    text_ = std::make_unique<models::t5gemma::Encoder>(models::t5gemma::Encoder::load(text_config_, map, dtype_, device_));
  }
  return *text_;
}

const text::Bpe& SingleStreamParts::tokenizer() {
  if (!tokenizer_) tokenizer_ = std::make_unique<text::Bpe>(text::Bpe::read(files_.tokenizer));
  return *tokenizer_;
}

models::wan::WanVae& SingleStreamParts::vae() {
  GALLOP_CHECK(vae_config_.has_value(), Unsupported, "{}: starting from a picture needs the Wan 2.2 VAE; put Wan2.2_VAE.pth into {}",
               files_.folder.string(), base::quote(files_.folder / "vae"));
  const c10::InferenceMode guard;
  if (!vae_) vae_ = std::make_unique<models::wan::WanVae>(*vae_config_, vae_weights_, dtype_, device_);
  return *vae_;
}

const models::turbo_decoder::TurboDecoder& SingleStreamParts::turbo() {
  GALLOP_ASSERT(turbo_config_.has_value());
  if (!turbo_) {
    weights::WeightMap map(turbo_tensors_, files_.turbo.string());
    turbo_ = std::make_unique<models::turbo_decoder::TurboDecoder>(
        models::turbo_decoder::TurboDecoder::load(*turbo_config_, map, dtype_, device_));
  }
  return *turbo_;
}

const models::stable_audio::AudioVae& SingleStreamParts::audio_vae() {
  if (!audio_) {
    auto map = audio_map(audio_tensors_, files_.audio_vae.string());
    audio_ = std::make_unique<models::stable_audio::AudioVae>(
        models::stable_audio::AudioVae::load(audio_config_, map, device_, has_audio_encoder()));
  }
  return *audio_;
}

void SingleStreamParts::release() {
  placed_.reset();
  text_.reset();
  vae_.reset();
  turbo_.reset();
  audio_.reset();
}

std::uint64_t SingleStreamParts::text_layer_bytes() const {
  return (bytes_of(text_tensors_, c10::elementSize(dtype_)) -
          static_cast<std::uint64_t>(text_config_.vocab * text_config_.width) * c10::elementSize(dtype_)) /
         static_cast<std::uint64_t>(text_config_.layers);
}
std::uint64_t SingleStreamParts::turbo_bytes() const { return bytes_of(turbo_tensors_, c10::elementSize(dtype_)); }
std::uint64_t SingleStreamParts::vae_bytes() const {
  std::uint64_t sum = 0;
  if (!vae_config_) return sum;
  auto weights = vae_weights_;
  models::wan::visit(weights, *vae_config_, [&](const std::string&, const std::vector<std::int64_t>&, at::Tensor& value) {
    sum += static_cast<std::uint64_t>(value.numel()) * c10::elementSize(dtype_);
  });
  return sum;
}
std::uint64_t SingleStreamParts::audio_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [name, tensor] : audio_tensors_)
    if (name.starts_with("pretransform.")) sum += static_cast<std::uint64_t>(tensor.numel()) * 4;
  return sum;
}

const std::map<std::string, std::string>& SingleStreamParts::hashes() {
  if (!hashes_.empty()) return hashes_;
  const auto add = [&](const std::string& part, const std::filesystem::path& file) {
    if (file.empty()) return;
    hashes_[part] = "sha256:" + base::sha256_file(file);
    if (!file.string().ends_with(".index.json")) return;
    // An index names its shards but not what is in them.
    for (const auto& entry : std::filesystem::directory_iterator(file.parent_path()))
      if (entry.path().extension() == ".safetensors")
        hashes_[part + "/" + entry.path().filename().string()] = "sha256:" + base::sha256_file(entry.path());
  };
  add("base", files_.base);
  add("distill", files_.distilled);
  add("540p_sr", files_.refine_540);
  add("1080p_sr", files_.refine_1080);
  add("turbo_decoder", files_.turbo);
  add("vae", files_.vae);
  add("text_encoder", files_.text_encoder);
  add("tokenizer", files_.tokenizer);
  add("audio_vae", files_.audio_vae);
  return hashes_;
}

}  // namespace gallop::pipelines::single_stream
