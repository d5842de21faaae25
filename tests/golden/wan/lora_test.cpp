// Adapters in every format met on disk, against forwards recorded with diffusers 0.42.1 and peft.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gallop/error.h"
#include "models/wan/lora.h"
#include "support/tiny_wan.h"
#include "support/wan_golden.h"

namespace {

using namespace gallop;
using weights::TensorMap;

struct Factors {
  at::Tensor down, up, bias;
};

// The layers the recorded adapters change, by their diffusers names.
std::map<std::string, Factors> factors(const std::string& tag) {
  std::map<std::string, Factors> result;
  const auto add = [&](const std::string& module, std::int64_t out, std::int64_t in) {
    const auto name = tag + "." + module + ".";
    result[module] = {test::input(name + "A", {4, in}, 1.0 / std::sqrt(static_cast<double>(in))), test::input(name + "B", {out, 4}, 0.5),
                      test::input(name + "b", {out}, 0.1)};
  };
  for (int i = 0; i < 2; ++i) {
    const auto block = "blocks." + std::to_string(i) + ".";
    for (const auto* attention : {"attn1", "attn2"})
      for (const auto* part : {"to_q", "to_k", "to_v", "to_out.0"}) add(block + attention + "." + part, 24, 24);
    add(block + "ffn.net.0.proj", 32, 24);
    add(block + "ffn.net.2", 24, 32);
  }
  return result;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}
std::string original(std::string module) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"attn1", "self_attn"},
                                                                                 {"attn2", "cross_attn"},
                                                                                 {"to_out.0", "o"},
                                                                                 {"to_q", "q"},
                                                                                 {"to_k", "k"},
                                                                                 {"to_v", "v"},
                                                                                 {"ffn.net.0.proj", "ffn.0"},
                                                                                 {"ffn.net.2", "ffn.2"}})
    module = replaced(module, from, to);
  return module;
}

TensorMap adapter(const std::string& file) {
  TensorMap tensors;
  const auto alpha = at::full({}, 2.0, at::kFloat);
  if (file == "diff.safetensors") {
    const std::string top = "diffusion_model.";
    tensors[top + "patch_embedding.diff"] = test::input("diff.patch", {24, 16, 1, 2, 2}, 0.05);
    tensors[top + "patch_embedding.diff_b"] = test::input("diff.patch_b", {24}, 0.05);
    tensors[top + "blocks.0.ffn.0.diff"] = test::input("diff.ffn", {32, 24}, 0.1);
    tensors[top + "blocks.0.ffn.0.diff_b"] = test::input("diff.ffn_b", {32}, 0.1);
    tensors[top + "blocks.1.self_attn.norm_k.diff"] = test::input("diff.norm", {24}, 0.1);
    tensors[top + "head.head.diff"] = test::input("diff.head", {64, 24}, 0.05);
    tensors[top + "head.head.diff_b"] = test::input("diff.head_b", {64}, 0.05);
    return tensors;
  }
  for (const auto& [module, parts] : factors(file == "peft_low.safetensors" ? "lora_low" : "lora")) {
    if (file.starts_with("peft")) {
      tensors["transformer." + module + ".lora_A.weight"] = parts.down;
      tensors["transformer." + module + ".lora_B.weight"] = parts.up;
    } else if (file == "original_names_ab.safetensors") {
      tensors["diffusion_model." + original(module) + ".lora_A.weight"] = parts.down;
      tensors["diffusion_model." + original(module) + ".lora_B.weight"] = parts.up;
    } else {
      const auto stem =
          file == "kohya_alpha.safetensors" ? "lora_unet_" + replaced(original(module), ".", "_") : "diffusion_model." + original(module);
      tensors[stem + ".lora_down.weight"] = parts.down;
      tensors[stem + ".lora_up.weight"] = parts.up;
      tensors[stem + ".alpha"] = alpha;
      if (file == "comfy_alpha_diffb.safetensors") tensors[stem + ".diff_b"] = parts.bias;
    }
  }
  return tensors;
}

models::wan::WanTransformer make(const models::wan::WanConfig& config, const std::string& suffix, const models::wan::Patches& patches) {
  weights::WeightMap map(test::tiny_transformer(config, suffix), "tiny");
  const auto taken = models::wan::take_transformer(map, config);
  map.finish();
  return models::wan::WanTransformer::resident(config, taken, at::kFloat, at::kCPU,
                                               [patches](const auto& name, const auto& value, auto dtype, auto device) {
                                                 return models::wan::patched(name, value, patches, dtype, device);
                                               });
}

at::Tensor forward(models::wan::WanTransformer& transformer, double time) {
  const auto& config = transformer.config();
  models::wan::WanInput input{.latents = test::input("x", {1, config.in_channels, 3, 4, 6}),
                              .timestep = at::full({1}, time, at::kFloat),
                              .text = at::zeros({1, 512, 32})};
  input.text.narrow(1, 0, 7).copy_(test::input("ctx", {1, 7, 32}));
  if (config.image_dim) input.image = test::input("clip", {1, 257, 32});
  return transformer.forward(input);
}

// 1e-5 of the size of the recorded values.
double limit(const base::Json& recorded) {
  double size = 1.0;
  for (const auto* part : {"first8", "last8"})
    for (const auto& value : recorded.at(part)) size = std::max(size, std::abs(value.get<double>()));
  return 1e-5 * size;
}

}  // namespace

TEST_CASE("adapters: every recorded format, merged, and taken out again to the bit") {
  const auto golden = test::wan_golden("lora.json");
  if (!golden) return;
  for (const auto& item : golden->at("cases")) {
    const auto& args = item.at("args");
    const std::string name = args.at("name"), file = args.at("file");
    CAPTURE(name);
    const auto config = test::tiny_config(args.at("model"));
    const std::string suffix = args.value("second", false) ? "#2" : "";
    models::wan::Patches patches;
    const auto alpha = file == "peft_alpha.safetensors" ? std::optional(2.0) : std::nullopt;
    models::wan::add_lora(patches, adapter(file), config, args.at("strength"), alpha, file);
    auto plain = make(config, suffix, {}), changed = make(config, suffix, patches);
    CHECK(test::distance(forward(plain, 999), item.at("base_t999")) < limit(item.at("base_t999")));
    const char* kind = item.contains("unmerged_t999") ? "unmerged" : "merged";
    const double at_999 = test::distance(forward(changed, 999), item.at(std::string(kind) + "_t999"));
    const double at_500 = test::distance(forward(changed, 500), item.at("merged_t500"));
    MESSAGE(name << ": " << at_999 << ", " << at_500);
    CHECK(at_999 < limit(item.at(std::string(kind) + "_t999")));
    CHECK(at_500 < limit(item.at("merged_t500")));
    auto restored = make(config, suffix, {});
    CHECK(forward(restored, 999).equal(forward(plain, 999)));
  }
}

TEST_CASE("adapters: of another model, incomplete or of an unknown form are refused by name") {
  const auto config = test::tiny_config("wan2.1-t2v");
  models::wan::Patches patches;
  const auto add = [&](const TensorMap& tensors) { models::wan::add_lora(patches, tensors, config, 1.0, std::nullopt, "x.safetensors"); };
  auto larger = config;
  larger.heads = 4;
  CHECK_THROWS_WITH_AS(models::wan::add_lora(patches, adapter("peft.safetensors"), larger, 1.0, std::nullopt, "x.safetensors"),
                       doctest::Contains("model of another size"), ModelError);
  CHECK_THROWS_WITH_AS(add({{"transformer.blocks.9.attn1.to_q.lora_A.weight", at::zeros({4, 24})},
                            {"transformer.blocks.9.attn1.to_q.lora_B.weight", at::zeros({24, 4})}}),
                       doctest::Contains("no layer of this transformer"), ModelError);
  CHECK_THROWS_WITH_AS(add({{"transformer.blocks.0.attn1.to_q.lora_A.weight", at::zeros({4, 24})}}),
                       doctest::Contains("only one of its two factors"), ModelError);
  CHECK_THROWS_AS(add({{"diffusion_model.blocks.0.self_attn.q.lokr_w1", at::zeros({4, 4})}}), Unsupported);
}
