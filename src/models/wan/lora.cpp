#include "models/wan/lora.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/check.h"
#include "models/wan/remap.h"

namespace gallop::models::wan {
namespace {

enum class Piece { down, up, alpha, difference, bias_difference };

// Endings of the known families.
constexpr std::array kEndings{
    std::pair{".lora_down.weight", Piece::down},
    std::pair{".lora_up.weight", Piece::up},
    std::pair{".lora_A.default.weight", Piece::down},
    std::pair{".lora_B.default.weight", Piece::up},
    std::pair{".lora_A.weight", Piece::down},
    std::pair{".lora_B.weight", Piece::up},
    std::pair{"_lora.down.weight", Piece::down},
    std::pair{"_lora.up.weight", Piece::up},
    std::pair{".lora.down.weight", Piece::down},
    std::pair{".lora.up.weight", Piece::up},
    std::pair{".lora_linear_layer.down.weight", Piece::down},
    std::pair{".lora_linear_layer.up.weight", Piece::up},
    std::pair{".alpha", Piece::alpha},
    std::pair{".diff_b", Piece::bias_difference},
    std::pair{".diff", Piece::difference},
};

struct Module {
  at::Tensor down, up, alpha, difference, bias_difference;
};

// Module names as kohya writes them: dots turned to underscores. The known modules decide where the dots were.
std::map<std::string, std::string> underscored_modules(const std::vector<TensorSlot>& slots) {
  const auto flat = [](std::string name) {
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
  };
  std::map<std::string, std::string> table;
  for (const auto& slot : slots) {
    const auto module = slot.name.substr(0, slot.name.rfind('.'));
    table[flat(module)] = module;
  }
  return table;
}

// Both spellings of a kohya name: original parts are mapped one by one.
std::optional<std::string> from_underscores(const std::string& name, const std::map<std::string, std::string>& table) {
  if (const auto found = table.find(name); found != table.end()) return found->second;
  static constexpr std::array kParts{std::pair{"_self_attn_", ".self_attn."}, std::pair{"_cross_attn_", ".cross_attn."},
                                     std::pair{"_ffn_", ".ffn."}};
  for (const auto& [flat, dotted] : kParts) {
    const auto at = name.find(flat);
    if (at == std::string::npos || !name.starts_with("blocks_")) continue;
    return transformer_name("blocks." + name.substr(7, at - 7) + dotted + name.substr(at + std::string(flat).size()));
  }
  static constexpr std::array kGlobals{std::pair{"text_embedding_", "text_embedding."}, std::pair{"time_embedding_", "time_embedding."},
                                       std::pair{"time_projection_", "time_projection."}, std::pair{"img_emb_proj_", "img_emb.proj."}};
  for (const auto& [flat, dotted] : kGlobals)
    if (name.starts_with(flat)) return transformer_name(dotted + name.substr(std::string(flat).size()));
  if (name == "head_head") return "proj_out";
  if (name == "patch_embedding") return name;
  return std::nullopt;
}

std::string module_name(std::string name, const std::map<std::string, std::string>& flat) {
  if (name.starts_with("lora_unet_")) return from_underscores(name.substr(10), flat).value_or(name);
  for (const std::string_view prefix :
       {"base_model.model.", "model.diffusion_model.", "diffusion_model.", "transformer_2.", "transformer."})
    if (name.starts_with(prefix)) name = name.substr(prefix.size());
  return transformer_name(name).value_or(name);
}

void check_supported(const std::string& name, const std::string& source) {
  for (const std::string_view part : {"dora_scale", "lokr_", "hada_", "lora_mid", "lora_magnitude"})
    GALLOP_CHECK(name.find(part) == std::string::npos, Unsupported,
                 "{}: tensor \"{}\" belongs to an adapter form that is not read; plain LoRA and full differences are", source, name);
}

std::map<std::string, Module> sort_pieces(const weights::TensorMap& tensors, const std::vector<TensorSlot>& slots,
                                          const std::string& source) {
  const auto flat = underscored_modules(slots);
  std::map<std::string, Module> modules;
  for (const auto& [name, tensor] : tensors) {
    check_supported(name, source);
    bool known = false;
    for (const auto& [ending, piece] : kEndings) {
      if (!name.ends_with(ending)) continue;
      auto& module = modules[module_name(name.substr(0, name.size() - std::string_view(ending).size()), flat)];
      (piece == Piece::down         ? module.down
       : piece == Piece::up         ? module.up
       : piece == Piece::alpha      ? module.alpha
       : piece == Piece::difference ? module.difference
                                    : module.bias_difference) = tensor;
      known = true;
      break;
    }
    GALLOP_CHECK(known, ModelError, "{}: tensor \"{}\" has no known adapter ending", source, name);
  }
  return modules;
}

std::int64_t rest(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) count *= shape[i];
  return count;
}

}  // namespace

at::Tensor patched(const std::string& name, const at::Tensor& value, const Patches& patches, at::ScalarType dtype, at::Device device) {
  const auto found = patches.find(name);
  if (found == patches.end()) return value.to(device, dtype);
  const auto& patch = found->second;
  auto wide = value.to(device, at::kFloat) * patch.scale;
  for (const auto& term : patch.terms) {
    const auto change = term.difference.defined()
                            ? term.difference.to(device, at::kFloat)
                            : at::matmul(term.up.to(device, at::kFloat), term.down.to(device, at::kFloat)).view(value.sizes());
    wide.add_(change, term.strength);
  }
  return wide.to(dtype);
}

void add_lora(Patches& patches, const weights::TensorMap& tensors, const WanConfig& config, double strength, std::optional<double> alpha,
              const std::string& source) {
  const auto slots = transformer_slots(config);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& slot : slots) shapes[slot.name] = slot.shape;
  for (const auto& [module, parts] : sort_pieces(tensors, slots, source)) {
    const auto weight = shapes.find(module + ".weight"), bias = shapes.find(module + ".bias");
    GALLOP_CHECK(weight != shapes.end(), ModelError, "{}: \"{}\" is no layer of this transformer; the adapter is for another model", source,
                 module);
    const auto& shape = weight->second;
    if (parts.down.defined() || parts.up.defined()) {
      GALLOP_CHECK(parts.down.defined() && parts.up.defined(), ModelError,
                   "{}: \"{}\" has only one of its two factors; the file is incomplete", source, module);
      const auto up = parts.up.flatten(1), down = parts.down.flatten(1);
      GALLOP_CHECK(up.size(0) == shape[0] && down.size(1) == rest(shape) && up.size(1) == down.size(0), ModelError,
                   "{}: \"{}\" has factors [{}] and [{}], expected [{}, r] and [r, {}]; the adapter is for a model of another size", source,
                   module, fmt::join(up.sizes(), ", "), fmt::join(down.sizes(), ", "), shape[0], rest(shape));
      const auto rank = static_cast<double>(down.size(0));
      double factor = 1.0;
      if (parts.alpha.defined()) {
        factor = parts.alpha.to(at::kDouble).item<double>() / rank;
      } else if (alpha) {
        factor = *alpha / rank;
      }
      patches[weight->first].terms.push_back({.strength = strength * factor, .up = up, .down = down, .difference = {}});
    }
    if (parts.difference.defined()) {
      GALLOP_CHECK(parts.difference.sizes() == at::IntArrayRef(shape), ModelError, "{}: the difference of \"{}\" is [{}], expected [{}]",
                   source, module, fmt::join(parts.difference.sizes(), ", "), fmt::join(shape, ", "));
      patches[weight->first].terms.push_back({.strength = strength, .up = {}, .down = {}, .difference = parts.difference});
    }
    if (parts.bias_difference.defined()) {
      GALLOP_CHECK(bias != shapes.end() && parts.bias_difference.sizes() == at::IntArrayRef(bias->second), ModelError,
                   "{}: \"{}\" has no bias of [{}]", source, module, fmt::join(parts.bias_difference.sizes(), ", "));
      patches[bias->first].terms.push_back({.strength = strength, .up = {}, .down = {}, .difference = parts.bias_difference});
    }
  }
}

weights::TensorMap take_scales(weights::TensorMap tensors, Patches& patches) {
  weights::TensorMap rest;
  for (auto& [name, tensor] : tensors) {
    constexpr std::string_view kScale = ".scale_weight", kInput = ".scale_input";
    if (name.ends_with(kScale)) {
      GALLOP_CHECK(tensor.numel() == 1, Unsupported, "tensor \"{}\": one scale a layer is read, this file has {}", name, tensor.numel());
      patches[name.substr(0, name.size() - kScale.size()) + ".weight"].scale = tensor.to(at::kDouble).item<double>();
    } else if (!name.ends_with(kInput) && name != "scaled_fp8") {
      rest[name] = std::move(tensor);
    }
  }
  return rest;
}

}  // namespace gallop::models::wan
