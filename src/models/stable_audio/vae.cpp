#include "models/stable_audio/vae.h"

#include "base/check.h"

namespace gallop::models::stable_audio {
namespace {

at::Tensor activated(const Snake& snake, const at::Tensor& x) { return (x * snake.frequency).sin_().square_().mul_(snake.inverse).add_(x); }

// x [C, 1, L]. Waves are pictures one row high: the two-dimensional operators serve them.
at::Tensor convolved(const WaveConv& conv, const at::Tensor& x, std::int64_t stride = 1, std::int64_t dilation = 1) {
  const auto kernel = conv.weight.size(3);
  const auto padding = stride == 1 ? dilation * (kernel - 1) / 2 : (stride + 1) / 2;
  return at::conv2d(x.unsqueeze(0), conv.weight, conv.bias, at::IntArrayRef({1, stride}), at::IntArrayRef({0, padding}),
                    at::IntArrayRef({1, dilation}))
      .squeeze(0);
}

at::Tensor widened(const WaveConv& conv, const at::Tensor& x, std::int64_t stride) {
  return at::conv_transpose2d(x.unsqueeze(0), conv.weight, conv.bias, at::IntArrayRef({1, stride}), at::IntArrayRef({0, (stride + 1) / 2}))
      .squeeze(0);
}

at::Tensor run(const ResidualUnit& unit, const at::Tensor& x) {
  const auto y = convolved(unit.wide, activated(unit.first, x), 1, unit.dilation);
  return convolved(unit.point, activated(unit.second, y)).add_(x);
}

// Takes tensors and folds what training kept apart.
class Loader {
 public:
  Loader(weights::WeightMap& weights, at::Device device, at::ScalarType dtype) : weights_(weights), device_(device), dtype_(dtype) {}

  Snake snake(const std::string& name, std::int64_t channels) const {
    const auto alpha = take(name + ".alpha", {channels}), beta = take(name + ".beta", {channels});
    return {alpha.exp().view({-1, 1, 1}), (beta.exp() + 1e-9).reciprocal().view({-1, 1, 1})};
  }
  // Weight norm over everything but the first axis, which is the input of a transposed convolution.
  WaveConv conv(const std::string& name, std::int64_t first, std::int64_t second, std::int64_t kernel, std::int64_t bias) const {
    const auto g = take(name + ".weight_g", {first, 1, 1}), v = take(name + ".weight_v", {first, second, kernel});
    const auto norm = v.square().sum(at::IntArrayRef({1, 2}), true).sqrt();
    return {(v * (g / norm)).unsqueeze(2).contiguous(), bias > 0 ? take(name + ".bias", {bias}) : at::Tensor()};
  }
  std::vector<ResidualUnit> units(const std::string& name, std::int64_t first_layer, std::int64_t channels) const {
    std::vector<ResidualUnit> list;
    for (const std::int64_t dilation : {1, 3, 9}) {
      const auto unit = fmt::format("{}.layers.{}.layers.", name, first_layer++);
      list.push_back({snake(unit + "0", channels), snake(unit + "2", channels), conv(unit + "1", channels, channels, 7, channels),
                      conv(unit + "3", channels, channels, 1, channels), dilation});
    }
    return list;
  }

 private:
  at::Tensor take(const std::string& name, at::IntArrayRef shape) const {
    return weights_.take(name, shape, weights::DTypePolicy::float32).to(device_, dtype_);
  }

  weights::WeightMap& weights_;
  at::Device device_;
  at::ScalarType dtype_;
};

std::vector<std::int64_t> widths_of(const AudioVaeConfig& config) {
  std::vector<std::int64_t> widths{config.channels};
  for (const auto factor : config.multipliers) widths.push_back(factor * config.channels);
  return widths;
}

AudioHalf load_decoder(const AudioVaeConfig& config, const Loader& loader) {
  const auto widths = widths_of(config);
  const auto count = config.strides.size();
  AudioHalf half;
  half.in = loader.conv("decoder.layers.0", widths.back(), config.latent, 7, widths.back());
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = widths[count - i], to = widths[count - i - 1], stride = config.strides[count - i - 1];
    const auto name = fmt::format("decoder.layers.{}", i + 1);
    half.stages.push_back({loader.snake(name + ".layers.0", from), loader.conv(name + ".layers.1", from, to, 2 * stride, to),
                           loader.units(name, 2, to), stride});
  }
  half.snake = loader.snake(fmt::format("decoder.layers.{}", count + 1), widths[0]);
  half.out = loader.conv(fmt::format("decoder.layers.{}", count + 2), config.waves, widths[0], 7, 0);
  return half;
}

AudioHalf load_encoder(const AudioVaeConfig& config, const Loader& loader) {
  const auto widths = widths_of(config);
  const auto count = config.strides.size();
  AudioHalf half;
  half.in = loader.conv("encoder.layers.0", widths[0], config.waves, 7, widths[0]);
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = widths[i], to = widths[i + 1], stride = config.strides[i];
    const auto name = fmt::format("encoder.layers.{}", i + 1);
    half.stages.push_back({loader.snake(name + ".layers.3", from), loader.conv(name + ".layers.4", to, from, 2 * stride, to),
                           loader.units(name, 0, from), stride});
  }
  half.snake = loader.snake(fmt::format("encoder.layers.{}", count + 1), widths.back());
  half.out = loader.conv(fmt::format("encoder.layers.{}", count + 2), 2 * config.latent, widths.back(), 3, 2 * config.latent);
  return half;
}

std::vector<std::int64_t> list_member(const base::Json& json, const char* key, std::vector<std::int64_t> otherwise,
                                      const std::string& where) {
  if (!json.contains(key)) return otherwise;
  GALLOP_CHECK(json[key].is_array() && !json[key].empty() && json[key].size() <= 16, FormatError, "{}: \"{}\" is not a short list", where,
               key);
  std::vector<std::int64_t> values;
  for (const auto& item : json[key]) {
    GALLOP_CHECK(item.is_number_integer() && item > 0 && item <= 64, FormatError,
                 "{}: \"{}\" holds something else than small whole numbers", where, key);
    values.push_back(item.get<std::int64_t>());
  }
  return values;
}

}  // namespace

std::int64_t AudioVaeConfig::hop() const {
  std::int64_t samples = 1;
  for (const auto stride : strides) samples *= stride;
  return samples;
}

AudioVaeConfig AudioVaeConfig::from_json(const base::Json& json, const std::string& where) {
  const auto* part = &json;
  for (const auto* key : {"model", "pretransform", "config"}) {
    GALLOP_CHECK(part->is_object() && part->contains(key), FormatError, "{}: \"model.pretransform.config\" is missing", where);
    part = &(*part)[key];
  }
  GALLOP_CHECK(part->is_object() && part->contains("decoder") && (*part)["decoder"].is_object(), FormatError,
               "{}: the pretransform has no decoder", where);
  const auto& decoder = (*part)["decoder"];
  GALLOP_CHECK(decoder.value("type", std::string()) == "oobleck", Unsupported, "{}: a decoder of type \"{}\", expected oobleck", where,
               decoder.value("type", std::string()));
  const auto shapes = decoder.value("config", base::Json::object());
  GALLOP_CHECK(shapes.value("use_snake", true) && !shapes.value("final_tanh", false), Unsupported,
               "{}: a decoder without snake activations or with a tanh is not supported", where);
  const auto size = [&](const base::Json& object, const char* key, std::int64_t otherwise) {
    if (!object.contains(key)) return otherwise;
    GALLOP_CHECK(object[key].is_number_integer() && object[key] > 0 && object[key] <= 4096, FormatError, "{}: \"{}\" is not a size", where,
                 key);
    return object[key].get<std::int64_t>();
  };
  AudioVaeConfig config;
  config.channels = size(shapes, "channels", config.channels);
  config.waves = size(shapes, "out_channels", config.waves);
  config.latent = size(shapes, "latent_dim", config.latent);
  config.multipliers = list_member(shapes, "c_mults", config.multipliers, where);
  config.strides = list_member(shapes, "strides", config.strides, where);
  GALLOP_CHECK(config.multipliers.size() == config.strides.size(), FormatError, "{}: {} widths for {} strides", where,
               config.multipliers.size(), config.strides.size());
  return config;
}

AudioVae AudioVae::load(const AudioVaeConfig& config, weights::WeightMap& weights, at::Device device, bool with_encoder,
                        at::ScalarType dtype) {
  const c10::InferenceMode guard;
  const Loader loader(weights, device, dtype);
  AudioVae vae;
  vae.config_ = config;
  vae.decoder_ = load_decoder(config, loader);
  if (with_encoder) vae.encoder_ = load_encoder(config, loader);
  return vae;
}

at::Tensor AudioVae::decode(const at::Tensor& latents, const std::function<void()>& between) const {
  GALLOP_CHECK(latents.dim() == 2 && latents.size(0) == config_.latent && latents.size(1) > 0, InvalidArgument,
               "audio latents: [{}], expected [{}, n]", fmt::join(latents.sizes(), ", "), config_.latent);
  const c10::InferenceMode guard;
  auto x = convolved(decoder_.in, latents.to(decoder_.in.weight.options()).unsqueeze(1));
  for (const auto& stage : decoder_.stages) {
    x = widened(stage.resample, activated(stage.snake, x), stage.stride);
    for (const auto& unit : stage.units) {
      if (between) between();
      x = run(unit, x);
    }
  }
  return convolved(decoder_.out, activated(decoder_.snake, x)).squeeze(1);
}

AudioVae::Posterior AudioVae::encode(const at::Tensor& waveform, const std::function<void()>& between) const {
  GALLOP_CHECK(has_encoder(), Unsupported,
               "the audio encoder's weights are not loaded; a checkpoint with \"encoder.layers\" is needed to start from a sound");
  GALLOP_CHECK(waveform.dim() == 2 && waveform.size(0) == config_.waves && waveform.size(1) > 0 && waveform.size(1) % config_.hop() == 0,
               InvalidArgument, "waveform: [{}], expected [{}, multiple of {}]", fmt::join(waveform.sizes(), ", "), config_.waves,
               config_.hop());
  const c10::InferenceMode guard;
  auto x = convolved(encoder_.in, waveform.to(encoder_.in.weight.options()).unsqueeze(1));
  for (const auto& stage : encoder_.stages) {
    for (const auto& unit : stage.units) {
      if (between) between();
      x = run(unit, x);
    }
    x = convolved(stage.resample, activated(stage.snake, x), stage.stride);
  }
  const auto moments = convolved(encoder_.out, activated(encoder_.snake, x)).squeeze(1).chunk(2, 0);
  // ln(1 + e^s) without overflow.
  const auto scale = moments[1];
  return {moments[0].contiguous(), scale.clamp_min(0.0) + scale.abs().neg().exp().log1p() + 1e-4};
}

}  // namespace gallop::models::stable_audio
