// Shapes of the Wan 2.1 / 2.2 transformer and VAE (wan.md 1.4, 1.5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace gallop::models::wan {

struct WanConfig {
  std::int64_t heads = 40;
  std::int64_t head_dim = 128;
  std::int64_t layers = 40;
  std::int64_t ffn_dim = 13824;
  std::int64_t in_channels = 16;
  std::int64_t out_channels = 16;
  std::int64_t text_dim = 4096;
  std::int64_t text_rows = 512;
  std::int64_t freq_dim = 256;
  std::int64_t rope_max = 1024;  // positions an axis may have
  double eps = 1e-6;
  std::optional<std::int64_t> image_dim = std::nullopt;     // width of the image features; set: an image branch exists
  std::optional<std::int64_t> image_tokens = std::nullopt;  // length of the position table (first and last frame): 514

  std::int64_t width() const { return heads * head_dim; }
  bool operator==(const WanConfig&) const = default;

  // transformer/config.json of the diffusers layout. `where` names it in messages. FormatError, Unsupported.
  static WanConfig from_diffusers(const base::Json& json, const std::string& where);
  // config.json of the original layout.
  static WanConfig from_original(const base::Json& json, const std::string& where);
  base::OrderedJson to_diffusers() const;
  void check(const std::string& where) const;  // FormatError: sizes that cannot be
};

struct WanVaeConfig {
  std::int64_t base_dim = 96;
  std::int64_t decoder_base_dim = 96;
  std::int64_t z_dim = 16;
  std::vector<std::int64_t> dim_mult = {1, 2, 4, 4};
  std::int64_t res_blocks = 2;
  std::vector<bool> temporal_downsample = {false, true, true};
  bool residual = false;         // the 2.2 form, with averaging shortcuts
  std::int64_t in_channels = 3;  // after patching
  std::int64_t out_channels = 3;
  std::int64_t patch = 1;     // pixels folded into channels before the network
  std::int64_t temporal = 4;  // pixel frames per latent frame
  std::int64_t spatial = 8;   // pixels per latent pixel
  std::vector<double> latents_mean = {};
  std::vector<double> latents_std = {};

  bool operator==(const WanVaeConfig&) const = default;
  static WanVaeConfig v21();  // the published shapes and statistics
  static WanVaeConfig v22();
  static WanVaeConfig from_diffusers(const base::Json& json, const std::string& where);
  base::OrderedJson to_diffusers() const;
  void check(const std::string& where) const;
};

}  // namespace gallop::models::wan
