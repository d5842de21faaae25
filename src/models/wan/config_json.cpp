// Configs in the words of the diffusers layout.
#include "models/wan/config.h"

namespace gallop::models::wan {
namespace {

base::OrderedJson or_null(const std::optional<std::int64_t>& value) {
  return value ? base::OrderedJson(*value) : base::OrderedJson(nullptr);
}

}  // namespace

base::OrderedJson WanConfig::to_diffusers() const {
  return {{"_class_name", "WanTransformer3DModel"},
          {"patch_size", {1, 2, 2}},
          {"num_attention_heads", heads},
          {"attention_head_dim", head_dim},
          {"in_channels", in_channels},
          {"out_channels", out_channels},
          {"text_dim", text_dim},
          {"freq_dim", freq_dim},
          {"ffn_dim", ffn_dim},
          {"num_layers", layers},
          {"cross_attn_norm", true},
          {"qk_norm", "rms_norm_across_heads"},
          {"eps", eps},
          {"image_dim", or_null(image_dim)},
          {"added_kv_proj_dim", image_dim ? base::OrderedJson(width()) : base::OrderedJson(nullptr)},
          {"rope_max_seq_len", rope_max},
          {"pos_embed_seq_len", or_null(image_tokens)}};
}

base::OrderedJson WanVaeConfig::to_diffusers() const {
  base::OrderedJson json{{"_class_name", "AutoencoderKLWan"}, {"base_dim", base_dim}};
  if (decoder_base_dim != base_dim) json["decoder_base_dim"] = decoder_base_dim;
  json.update({{"z_dim", z_dim},
               {"dim_mult", dim_mult},
               {"num_res_blocks", res_blocks},
               {"attn_scales", base::OrderedJson::array()},
               {"temperal_downsample", temporal_downsample},
               {"dropout", 0.0},
               {"is_residual", residual},
               {"in_channels", in_channels},
               {"out_channels", out_channels}});
  json["patch_size"] = patch > 1 ? base::OrderedJson(patch) : base::OrderedJson(nullptr);
  json.update({{"scale_factor_temporal", temporal},
               {"scale_factor_spatial", spatial},
               {"latents_mean", latents_mean},
               {"latents_std", latents_std}});
  return json;
}

}  // namespace gallop::models::wan
