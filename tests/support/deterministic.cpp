#include "support/deterministic.h"

#include <cmath>

namespace gallop::test {

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

double uniform(std::uint64_t k, std::uint32_t seed) {
  std::uint32_t u = (static_cast<std::uint32_t>(k) + 1U) * 2654435761U + seed;
  u ^= u >> 15;
  u *= 2246822519U;
  u ^= u >> 13;
  u *= 3266489917U;
  u ^= u >> 16;
  return static_cast<double>(u) / 2147483648.0 - 1.0;
}

at::Tensor input(const std::string& name, at::IntArrayRef shape, double scale) {
  auto values = at::empty(shape, at::kFloat);
  auto* data = values.data_ptr<float>();
  const auto seed = fnv1a(name);
  for (std::int64_t k = 0; k < values.numel(); ++k) data[k] = static_cast<float>(uniform(static_cast<std::uint64_t>(k), seed) * scale);
  return values;
}

at::Tensor weight(const std::string& name, at::IntArrayRef shape, const std::string& suffix) {
  auto values = at::empty(shape, at::kFloat);
  auto* data = values.data_ptr<float>();
  const auto seed = fnv1a(name + suffix);
  const auto last = name.substr(name.rfind('.') + 1);
  double offset = 0.0, scale = 1.0;
  if (name.find("norm") != std::string::npos && (last == "weight" || last == "gamma")) {
    offset = 1.0;
    scale = 0.1;
  } else if (last == "scale_shift_table" || last == "pos_embed" || last == "bias") {
    scale = 0.1;
  } else if (name.find("shared") == std::string::npos && name.find("relative_attention_bias") == std::string::npos) {
    scale = std::sqrt(3.0 * static_cast<double>(shape[0]) / static_cast<double>(values.numel()));
  }
  for (std::int64_t k = 0; k < values.numel(); ++k)
    data[k] = static_cast<float>(offset + scale * uniform(static_cast<std::uint64_t>(k), seed));
  return values;
}

Summary summarize(const at::Tensor& tensor) {
  const auto flat = tensor.to(at::kCPU, at::kDouble).contiguous().view(-1);
  const auto* data = flat.const_data_ptr<double>();
  const auto count = flat.numel();
  Summary summary;
  summary.shape = tensor.sizes().vec();
  const auto seed = fnv1a("proj");
  for (std::int64_t k = 0; k < count; ++k) {
    summary.mean += data[k];
    summary.mean_abs += std::abs(data[k]);
    summary.proj += data[k] * uniform(static_cast<std::uint64_t>(k), seed);
    if (k < 8) summary.first8.push_back(data[k]);
    if (k >= count - 8) summary.last8.push_back(data[k]);
  }
  summary.mean /= static_cast<double>(count);
  summary.mean_abs /= static_cast<double>(count);
  summary.proj /= static_cast<double>(count);
  return summary;
}

}  // namespace gallop::test
