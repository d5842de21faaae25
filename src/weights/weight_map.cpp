#include "weights/weight_map.h"

#include <fmt/ranges.h>

#include "base/check.h"
#include "base/names.h"

namespace gallop::weights {
namespace {

// "3 tensors are missing: a, b, c" with at most four names.
void tell(std::vector<std::string>& parts, const std::vector<std::string>& names, std::string_view what) {
  if (names.empty()) return;
  const auto shown = std::vector<std::string>(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(names.size(), 4)));
  parts.push_back(fmt::format("{} tensor{} {}: {}{}", names.size(), names.size() == 1 ? "" : "s", what, fmt::join(shown, ", "), names.size() > shown.size() ? ", ..." : ""));
}

}  // namespace

WeightMap::WeightMap(TensorMap tensors, std::string source, std::optional<at::ScalarType> dtype) : tensors_(std::move(tensors)), source_(std::move(source)), dtype_(dtype) {}

at::Tensor WeightMap::take(const std::string& name, at::IntArrayRef shape) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    missing_.push_back(name);
    return at::empty(shape, at::TensorOptions().dtype(dtype_.value_or(at::kFloat)));
  }
  auto tensor = found->second;
  tensors_.erase(found);
  if (tensor.sizes() != shape) {
    misfits_.push_back(fmt::format("\"{}\" is [{}], expected [{}]", name, fmt::join(tensor.sizes(), ", "), fmt::join(shape, ", ")));
    return at::empty(shape, at::TensorOptions().dtype(dtype_.value_or(at::kFloat)));
  }
  return dtype_ && tensor.is_floating_point() ? tensor.to(*dtype_) : tensor;
}

std::vector<std::int64_t> WeightMap::shape_of(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? std::vector<std::int64_t>{} : found->second.sizes().vec();
}

void WeightMap::ignore(const std::string& name) { tensors_.erase(name); }

void WeightMap::strip_prefix(std::string_view prefix) {
  for (const auto& [name, tensor] : tensors_)
    if (!name.starts_with(prefix)) return;
  TensorMap stripped;
  for (auto& [name, tensor] : tensors_) stripped.emplace(name.substr(prefix.size()), std::move(tensor));
  tensors_ = std::move(stripped);
}

void WeightMap::finish(const std::string& hint) {
  std::vector<std::string> parts, unexpected;
  for (const auto& [name, tensor] : tensors_) unexpected.push_back(name);
  tell(parts, misfits_, "misfit");
  tell(parts, missing_, "are missing");
  tell(parts, unexpected, "are not of this model");
  GALLOP_CHECK(parts.empty(), ModelError, "{}: {}{}{}", source_, fmt::join(parts, "; "), hint.empty() ? "" : ": ", hint);
}

}  // namespace gallop::weights
