#include "support/golden.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace gallop::test {
namespace {

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
  return hash;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words)
    if (text == word) return true;
  return false;
}

// Numbers may be recorded as NaN.
double number(const base::Json& value) { return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN(); }

}  // namespace

at::Tensor uniform(const std::string& name, at::IntArrayRef shape) {
  auto values = at::empty(shape, at::kDouble);
  const auto seed = fnv1a(name);
  auto* out = values.mutable_data_ptr<double>();
  at::parallel_for(0, values.numel(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (auto k = begin; k < end; ++k) {
      auto u = static_cast<std::uint32_t>(k + 1) * 2654435761U + seed;
      u = (u ^ (u >> 15)) * 2246822519U;
      u = (u ^ (u >> 13)) * 3266489917U;
      out[k] = static_cast<double>(u ^ (u >> 16)) / 2147483648.0 - 1.0;
    }
  });
  return values;
}

at::Tensor filled(const std::string& name, at::IntArrayRef shape) {
  const auto last = std::string_view(name).substr(name.rfind('.') == std::string::npos ? 0 : name.rfind('.') + 1);
  if (last == "num_batches_tracked") return at::zeros(shape, at::kFloat);
  if (last == "logit_scale") return at::full(shape, std::log(100.0), at::kFloat);
  if (last == "temp") return at::full(shape, 0.01, at::kFloat);
  const auto u = uniform(name, shape);
  const auto tenth = [&] { return (u * 0.1).to(at::kFloat); };
  if (last == "running_var" || (shape.size() == 1 && is_one_of(last, {"weight", "gamma", "scale"}))) return (u * 0.1 + 1.0).to(at::kFloat);
  if (is_one_of(last, {"running_mean", "bias", "in_proj_bias", "q_bias", "v_bias", "b", "cls_token", "pos_embed", "class_embedding",
                       "positional_embedding", "temporal_positional_embedding", "position_emb", "scale_emb", "cls", "rel_pos_h",
                       "rel_pos_w", "relative_position_bias_table"}))
    return tenth();
  for (const std::string_view ending : {"word_embeddings.weight", "position_embeddings.weight", "token_embedding.weight", "words.weight",
                                        "positions.weight", "label_embed.weight"})
    if (name.ends_with(ending)) return tenth();
  const double first = shape.empty() ? 1.0 : static_cast<double>(shape[0]);
  return (u * std::sqrt(3.0 * first / static_cast<double>(u.numel()))).to(at::kFloat);
}

nn::Params golden_params(const std::string& prefix, Special special) {
  return nn::Params([prefix, special](const std::string& name, at::IntArrayRef shape) {
    auto value = special ? special(prefix + name, shape) : at::Tensor();
    return value.defined() ? value.to(at::kFloat) : filled(prefix + name, shape);
  });
}

at::Tensor golden_input(const base::Json& input, double shift, double scale) {
  const auto shape = input.at("shape").get<std::vector<std::int64_t>>();
  // The affine map is evaluated in float32 after the cast.
  return (uniform(input.at("seed_name").get<std::string>(), shape).to(at::kFloat) + shift) * scale;
}

double difference(const at::Tensor& found, const base::Json& recorded) {
  const auto shape = recorded.at("shape").get<std::vector<std::int64_t>>();
  if (found.sizes() != at::IntArrayRef(shape)) {
    std::printf("shape differs from the recorded one: %s\n", recorded.at("shape").dump().c_str());
    return std::numeric_limits<double>::infinity();
  }
  const auto values = found.to(at::kDouble).reshape({-1});
  const double size = number(recorded.at("mean_abs"));
  double worst = 0.0;
  const auto compare = [&](double value, const base::Json& wanted, const char* what) {
    const double error = std::abs(value - number(wanted)) / size;
    if (!(error <= 1e-4)) std::printf("%s: %.9g, recorded %.9g\n", what, value, number(wanted));
    worst = error <= worst ? worst : error;  // not a number counts as worst
  };
  const auto &first = recorded.at("first"), &last = recorded.at("last");
  for (std::size_t i = 0; i < first.size(); ++i) compare(values[static_cast<std::int64_t>(i)].item<double>(), first[i], "first");
  for (std::size_t i = 0; i < last.size(); ++i)
    compare(values[values.numel() - static_cast<std::int64_t>(last.size() - i)].item<double>(), last[i], "last");
  compare(values.mean().item<double>(), recorded.at("mean"), "mean");
  compare(values.abs().mean().item<double>(), recorded.at("mean_abs"), "mean_abs");
  return worst;
}

const base::Json& named_case(const base::Json& file, const std::string& name) {
  for (const auto& entry : file.at("cases"))
    if (entry.at("name") == name) return entry;
  throw std::runtime_error("no such case: " + name);
}

}  // namespace gallop::test
