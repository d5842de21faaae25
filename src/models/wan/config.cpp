#include "models/wan/config.h"

#include "base/check.h"

namespace gallop::models::wan {
namespace {

using base::Json;

// A positive integer below 2^20: no size of these models is larger.
std::int64_t positive(const Json& json, const char* key, std::int64_t otherwise, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return otherwise;
  GALLOP_CHECK(json[key].is_number_integer(), FormatError, "{}: \"{}\" is not an integer", where, key);
  const auto value = json[key].get<std::int64_t>();
  GALLOP_CHECK(value > 0 && value < (1 << 20), FormatError, "{}: \"{}\" is {}, expected 1 to 1048575", where, key, value);
  return value;
}

std::optional<std::int64_t> optional_positive(const Json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return std::nullopt;
  return positive(json, key, 0, where);
}

double number(const Json& json, const char* key, double otherwise, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return otherwise;
  GALLOP_CHECK(json[key].is_number(), FormatError, "{}: \"{}\" is not a number", where, key);
  return json[key].get<double>();
}

void check_class(const Json& json, const char* expected, const std::string& where) {
  GALLOP_CHECK(json.is_object(), FormatError, "{}: expected a JSON object", where);
  const auto name = json.value("_class_name", std::string(expected));
  GALLOP_CHECK(name == expected, Unsupported, "{}: the class is \"{}\", expected \"{}\"; this is another kind of model", where, name,
               expected);
}

template <class T>
std::vector<T> list(const Json& json, const char* key, std::vector<T> otherwise, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return otherwise;
  GALLOP_CHECK(json[key].is_array() && json[key].size() <= 4096, FormatError, "{}: \"{}\" is not a list", where, key);
  std::vector<T> values;
  for (const auto& item : json[key]) {
    GALLOP_CHECK((std::is_same_v<T, bool> ? item.is_boolean() : item.is_number()), FormatError, "{}: \"{}\" holds something else than {}",
                 where, key, std::is_same_v<T, bool> ? "true and false" : "numbers");
    values.push_back(item.get<T>());
  }
  return values;
}

}  // namespace

WanConfig WanConfig::from_diffusers(const Json& json, const std::string& where) {
  check_class(json, "WanTransformer3DModel", where);
  WanConfig config;
  config.heads = positive(json, "num_attention_heads", config.heads, where);
  config.head_dim = positive(json, "attention_head_dim", config.head_dim, where);
  config.layers = positive(json, "num_layers", config.layers, where);
  config.ffn_dim = positive(json, "ffn_dim", config.ffn_dim, where);
  config.in_channels = positive(json, "in_channels", config.in_channels, where);
  config.out_channels = positive(json, "out_channels", config.out_channels, where);
  config.text_dim = positive(json, "text_dim", config.text_dim, where);
  config.freq_dim = positive(json, "freq_dim", config.freq_dim, where);
  config.rope_max = positive(json, "rope_max_seq_len", config.rope_max, where);
  config.eps = number(json, "eps", config.eps, where);
  config.image_dim = optional_positive(json, "image_dim", where);
  config.image_tokens = optional_positive(json, "pos_embed_seq_len", where);
  const auto patch = list<std::int64_t>(json, "patch_size", {1, 2, 2}, where);
  GALLOP_CHECK((patch == std::vector<std::int64_t>{1, 2, 2}), Unsupported, "{}: patch_size is not [1, 2, 2]", where);
  GALLOP_CHECK(json.value("cross_attn_norm", true), Unsupported, "{}: cross_attn_norm is false; no published Wan model has that", where);
  const auto added = optional_positive(json, "added_kv_proj_dim", where);
  GALLOP_CHECK(added.has_value() == config.image_dim.has_value() && (!added || *added == config.width()), Unsupported,
               "{}: added_kv_proj_dim and image_dim must be given together, the first equal to the width {}", where, config.width());
  config.check(where);
  return config;
}

WanConfig WanConfig::from_original(const Json& json, const std::string& where) {
  check_class(json, "WanModel", where);
  WanConfig config;
  const auto width = positive(json, "dim", 5120, where);
  config.heads = positive(json, "num_heads", config.heads, where);
  GALLOP_CHECK(width % config.heads == 0, FormatError, "{}: dim {} is not a multiple of num_heads {}", where, width, config.heads);
  config.head_dim = width / config.heads;
  config.layers = positive(json, "num_layers", config.layers, where);
  config.ffn_dim = positive(json, "ffn_dim", config.ffn_dim, where);
  config.in_channels = positive(json, "in_dim", config.in_channels, where);
  config.out_channels = positive(json, "out_dim", config.out_channels, where);
  config.text_dim = positive(json, "text_dim", config.text_dim, where);
  config.text_rows = positive(json, "text_len", config.text_rows, where);
  config.freq_dim = positive(json, "freq_dim", config.freq_dim, where);
  config.eps = number(json, "eps", config.eps, where);
  config.check(where);
  return config;
}

void WanConfig::check(const std::string& where) const {
  GALLOP_CHECK(head_dim % 2 == 0 && head_dim >= 6, FormatError,
               "{}: a head of {} channels cannot be rotated; expected an even number above 5", where, head_dim);
  GALLOP_CHECK(freq_dim % 2 == 0, FormatError, "{}: freq_dim is {}, expected an even number", where, freq_dim);
  GALLOP_CHECK(eps > 0.0 && eps < 1.0, FormatError, "{}: eps is {}, expected a small positive number", where, eps);
  GALLOP_CHECK(layers <= 1024, FormatError, "{}: {} layers are not believable", where, layers);
}

WanVaeConfig WanVaeConfig::v21() {
  WanVaeConfig config;
  config.latents_mean = {-0.7571, -0.7089, -0.9113, 0.1075,  -0.1745, 0.9653,  -0.1517, 1.5508,
                         0.4134,  -0.0715, 0.5517,  -0.3632, -0.1922, -0.9497, 0.2503,  -0.2921};
  config.latents_std = {2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
                        3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160};
  return config;
}

WanVaeConfig WanVaeConfig::v22() {
  WanVaeConfig config;
  config.base_dim = 160;
  config.decoder_base_dim = 256;
  config.z_dim = 48;
  config.residual = true;
  config.in_channels = config.out_channels = 12;
  config.patch = 2;
  config.spatial = 16;
  config.latents_mean = {-0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174,  0.1838,  0.1557,  -0.1382, 0.0542,  0.2813,  0.0891,
                         0.1570,  -0.0098, 0.0375,  -0.1825, -0.2246, -0.1207, -0.0698, 0.5109,  0.2665,  -0.2108, -0.2158, 0.2502,
                         -0.2055, -0.0322, 0.1109,  0.1567,  -0.0729, 0.0899,  -0.2799, -0.1230, -0.0313, -0.1649, 0.0117,  0.0723,
                         -0.2839, -0.2083, -0.0520, 0.3748,  0.0152,  0.1957,  0.1433,  -0.2944, 0.3573,  -0.0548, -0.1681, -0.0667};
  config.latents_std = {0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013, 0.8158, 1.0344, 0.5894, 1.0901,
                        0.6885, 0.6165, 0.8454, 0.4978, 0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
                        0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093, 0.5709, 0.6065, 0.6415, 0.4944,
                        0.5726, 1.2042, 0.5458, 1.6887, 0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744};
  return config;
}

WanVaeConfig WanVaeConfig::from_diffusers(const Json& json, const std::string& where) {
  check_class(json, "AutoencoderKLWan", where);
  const bool residual = json.value("is_residual", false);
  const auto published = residual ? v22() : v21();
  WanVaeConfig config;
  config.residual = residual;
  config.base_dim = positive(json, "base_dim", config.base_dim, where);
  config.decoder_base_dim = positive(json, "decoder_base_dim", config.base_dim, where);
  config.z_dim = positive(json, "z_dim", config.z_dim, where);
  config.dim_mult = list<std::int64_t>(json, "dim_mult", config.dim_mult, where);
  config.res_blocks = positive(json, "num_res_blocks", config.res_blocks, where);
  config.temporal_downsample = list<bool>(json, "temperal_downsample", config.temporal_downsample, where);
  config.in_channels = positive(json, "in_channels", config.in_channels, where);
  config.out_channels = positive(json, "out_channels", config.out_channels, where);
  config.patch = positive(json, "patch_size", 1, where);
  config.temporal = positive(json, "scale_factor_temporal", config.temporal, where);
  config.spatial = positive(json, "scale_factor_spatial", config.spatial, where);
  config.latents_mean = list<double>(json, "latents_mean", published.latents_mean, where);
  config.latents_std = list<double>(json, "latents_std", published.latents_std, where);
  GALLOP_CHECK(list<double>(json, "attn_scales", {}, where).empty(), Unsupported, "{}: attention inside the stages is not supported",
               where);
  config.check(where);
  return config;
}

void WanVaeConfig::check(const std::string& where) const {
  GALLOP_CHECK(!dim_mult.empty() && dim_mult.size() <= 8 && temporal_downsample.size() == dim_mult.size() - 1, FormatError,
               "{}: {} width factors need {} entries of temperal_downsample, found {}", where, dim_mult.size(), dim_mult.size() - 1,
               temporal_downsample.size());
  for (const auto factor : dim_mult) GALLOP_CHECK(factor > 0 && factor <= 64, FormatError, "{}: dim_mult holds {}", where, factor);
  const auto z = static_cast<std::size_t>(z_dim);
  GALLOP_CHECK(latents_mean.size() == z && latents_std.size() == z, FormatError,
               "{}: {} latent channels need as many means and deviations, found {} and {}", where, z, latents_mean.size(),
               latents_std.size());
  for (const auto deviation : latents_std)
    GALLOP_CHECK(deviation > 0.0, FormatError, "{}: latents_std holds {}, expected positive numbers", where, deviation);
  GALLOP_CHECK(in_channels == 3 * patch * patch && out_channels == 3 * patch * patch, FormatError,
               "{}: {} channels in and {} out, expected {} for a patch of {}", where, in_channels, out_channels, 3 * patch * patch, patch);
  std::int64_t frames = 1;
  for (const bool halved : temporal_downsample) frames *= halved ? 2 : 1;
  const auto side = patch << (dim_mult.size() - 1);
  GALLOP_CHECK(frames == temporal && side == spatial, FormatError,
               "{}: the stages scale by {} in time and {} in space, the config says {} and {}", where, frames, side, temporal, spatial);
}

}  // namespace gallop::models::wan
