#include "models/wan/remap.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace gallop::models::wan {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kGlobals{
    Pair{"text_embedding.0", "condition_embedder.text_embedder.linear_1"},
    Pair{"text_embedding.2", "condition_embedder.text_embedder.linear_2"},
    Pair{"time_embedding.0", "condition_embedder.time_embedder.linear_1"},
    Pair{"time_embedding.2", "condition_embedder.time_embedder.linear_2"},
    Pair{"time_projection.1", "condition_embedder.time_proj"},
    Pair{"img_emb.proj.0", "condition_embedder.image_embedder.norm1"},
    Pair{"img_emb.proj.1", "condition_embedder.image_embedder.ff.net.0.proj"},
    Pair{"img_emb.proj.3", "condition_embedder.image_embedder.ff.net.2"},
    Pair{"img_emb.proj.4", "condition_embedder.image_embedder.norm2"},
    Pair{"img_emb.emb_pos", "condition_embedder.image_embedder.pos_embed"},
    Pair{"head.modulation", "scale_shift_table"},
    Pair{"head.head", "proj_out"},
    Pair{"patch_embedding", "patch_embedding"},
};
// Within a block. The affine norm before the cross attention is the third there and the second here.
constexpr std::array kBlock{
    Pair{"modulation", "scale_shift_table"},
    Pair{"norm3", "norm2"},
    Pair{"ffn.0", "ffn.net.0.proj"},
    Pair{"ffn.2", "ffn.net.2"},
};
constexpr std::array kAttention{
    Pair{"q", "to_q"},
    Pair{"k", "to_k"},
    Pair{"v", "to_v"},
    Pair{"o", "to_out.0"},
    Pair{"norm_q", "norm_q"},
    Pair{"norm_k", "norm_k"},
    Pair{"k_img", "add_k_proj"},
    Pair{"v_img", "add_v_proj"},
    Pair{"norm_k_img", "norm_added_k"},
    Pair{"norm_q_img", "norm_added_q"},
};
constexpr std::array kResidual{
    Pair{"residual.0", "norm1"}, Pair{"residual.2", "conv1"},       Pair{"residual.3", "norm2"},
    Pair{"residual.6", "conv2"}, Pair{"shortcut", "conv_shortcut"},
};

// `name` with a table's left side in front replaced by its right side; whole dotted parts only.
template <std::size_t N>
std::optional<std::string> replaced(std::string_view name, const std::array<Pair, N>& table) {
  for (const auto& [from, to] : table)
    if (name.starts_with(from) && (name.size() == from.size() || name[from.size()] == '.'))
      return std::string(to) + std::string(name.substr(from.size()));
  return std::nullopt;
}

// Cuts "12." off the front.
std::optional<int> leading_number(std::string_view& name) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end == name.data() + name.size() || *end != '.' || number < 0) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
  return number;
}

bool cut(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

// Resamplers keep their inner names.
std::string block_part(std::string_view rest) { return replaced(rest, kResidual).value_or(std::string(rest)); }

std::optional<std::string> stage_name(const std::string& side, std::string_view rest, bool residual) {
  const bool encoder = side == "encoder";
  if (!cut(rest, encoder ? "downsamples." : "upsamples.")) return std::nullopt;
  const auto index = leading_number(rest);
  if (!index) return std::nullopt;
  if (!residual && encoder) return fmt::format("encoder.down_blocks.{}.{}", *index, block_part(rest));
  if (!residual) {
    const int stage = *index / 4, part = *index % 4;
    if (part == 3) return fmt::format("decoder.up_blocks.{}.upsamplers.0.{}", stage, rest);
    return fmt::format("decoder.up_blocks.{}.resnets.{}.{}", stage, part, block_part(rest));
  }
  if (!cut(rest, encoder ? "downsamples." : "upsamples.")) return std::nullopt;
  const auto inner = leading_number(rest);
  if (!inner) return std::nullopt;
  const std::string stage = fmt::format("{}.{}.{}.", side, encoder ? "down_blocks" : "up_blocks", *index);
  if (*inner == (encoder ? 2 : 3)) return stage + (encoder ? "downsampler." : "upsampler.") + std::string(rest);
  return fmt::format("{}resnets.{}.{}", stage, *inner, block_part(rest));
}

std::string without_prefix(std::string name) {
  for (const std::string_view prefix : {"model.diffusion_model.", "diffusion_model.", "model.", "module."})
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  return name;
}

template <class Rename>
weights::TensorMap renamed(weights::TensorMap tensors, const Rename& rename) {
  weights::TensorMap result;
  for (auto& [name, tensor] : tensors) result[rename(name)] = std::move(tensor);
  return result;
}

}  // namespace

std::optional<std::string> transformer_name(std::string_view original) {
  if (auto name = replaced(original, kGlobals)) return name;
  auto rest = original;
  if (!cut(rest, "blocks.")) return std::nullopt;
  const auto index = leading_number(rest);
  if (!index) return std::nullopt;
  std::optional<std::string> part;
  if (cut(rest, "self_attn.")) {
    part = replaced(rest, kAttention);
    if (part) part = "attn1." + *part;
  } else if (cut(rest, "cross_attn.")) {
    part = replaced(rest, kAttention);
    if (part) part = "attn2." + *part;
  } else {
    part = replaced(rest, kBlock);
  }
  if (!part) return std::nullopt;
  return fmt::format("blocks.{}.{}", *index, *part);
}

std::optional<std::string> vae_name(std::string_view original, bool residual) {
  auto rest = original;
  if (cut(rest, "conv1.")) return "quant_conv." + std::string(rest);
  if (cut(rest, "conv2.")) return "post_quant_conv." + std::string(rest);
  const std::string side = rest.starts_with("encoder.") ? "encoder" : "decoder";
  if (!cut(rest, side + ".")) return std::nullopt;
  if (cut(rest, "conv1.")) return side + ".conv_in." + std::string(rest);
  if (cut(rest, "head.0.")) return side + ".norm_out." + std::string(rest);
  if (cut(rest, "head.2.")) return side + ".conv_out." + std::string(rest);
  if (cut(rest, "middle.0.")) return side + ".mid_block.resnets.0." + block_part(rest);
  if (cut(rest, "middle.2.")) return side + ".mid_block.resnets.1." + block_part(rest);
  if (cut(rest, "middle.1.")) return side + ".mid_block.attentions.0." + std::string(rest);
  return stage_name(side, rest, residual);
}

Naming naming_of_transformer(const weights::TensorMap& tensors) {
  return tensors.contains("head.modulation") || tensors.contains("blocks.0.self_attn.q.weight") ? Naming::original : Naming::diffusers;
}
Naming naming_of_vae(const weights::TensorMap& tensors) {
  return tensors.contains("decoder.middle.0.residual.0.gamma") || tensors.contains("decoder.conv1.weight") ? Naming::original
                                                                                                           : Naming::diffusers;
}

weights::TensorMap transformer_tensors(weights::TensorMap tensors) {
  tensors = renamed(std::move(tensors), without_prefix);
  if (naming_of_transformer(tensors) == Naming::diffusers) return tensors;
  return renamed(std::move(tensors), [](const std::string& name) { return transformer_name(name).value_or(name); });
}

weights::TensorMap vae_tensors(weights::TensorMap tensors) {
  tensors = renamed(std::move(tensors), without_prefix);
  if (naming_of_vae(tensors) == Naming::diffusers) return tensors;
  bool residual = false;
  for (const auto& [name, tensor] : tensors) residual = residual || name.starts_with("decoder.upsamples.0.upsamples.");
  return renamed(std::move(tensors), [residual](const std::string& name) { return vae_name(name, residual).value_or(name); });
}

}  // namespace gallop::models::wan
