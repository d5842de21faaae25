#include "weights/weight_map.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "base/names.h"
#include "tensor/mapped_pages.h"

namespace gallop::weights {
namespace {

// "3 tensors are missing: a, b, c" with at most four names.
void tell(std::vector<std::string>& parts, const std::vector<std::string>& names, std::string_view what) {
  if (names.empty()) return;
  const auto shown =
      std::vector<std::string>(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(names.size(), 4)));
  parts.push_back(fmt::format("{} tensor{} {}: {}{}", names.size(), names.size() == 1 ? "" : "s", what, fmt::join(shown, ", "),
                              names.size() > shown.size() ? ", ..." : ""));
}

bool fits(at::IntArrayRef found, at::IntArrayRef wanted) {
  return found.size() == wanted.size() &&
         std::equal(found.begin(), found.end(), wanted.begin(), [](auto a, auto b) { return b == -1 || a == b; });
}

// Norms and biases are read at every use: left in the file, each would keep pages around it in memory, up to two megabytes of them.
at::Tensor kept(const at::Tensor& stored) {
  constexpr std::size_t kSmall = 256 << 10;
  return stored.is_cpu() && stored.nbytes() <= kSmall ? stored.clone() : stored;
}

// Once a value has been converted nobody reads it in the file again.
at::Tensor converted(const at::Tensor& stored, at::ScalarType dtype) {
  if (stored.scalar_type() == dtype) return kept(stored);
  auto value = stored.to(dtype);
  tensor::drop_mapped_pages(stored);
  return value;
}

}  // namespace

WeightMap::WeightMap(TensorMap tensors, std::string source, std::optional<at::ScalarType> dtype)
    : tensors_(std::move(tensors)), source_(std::move(source)), dtype_(dtype) {
  meta_ = !tensors_.empty() && tensors_.begin()->second.is_meta();
}

WeightMap WeightMap::recording() {
  WeightMap map({}, "a recording");
  map.recording_ = map.meta_ = true;
  return map;
}

at::Tensor WeightMap::stand_in(at::IntArrayRef shape) const {
  auto believable = shape.vec();
  for (auto& side : believable) side = std::max<std::int64_t>(side, 1);
  return at::empty(believable, at::TensorOptions().dtype(dtype_.value_or(at::kFloat)).device(meta_ ? at::kMeta : at::kCPU));
}

at::Tensor WeightMap::take(const std::string& name, at::IntArrayRef shape, DTypePolicy policy) {
  requested_.emplace_back(name, shape.vec());
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    if (!recording_) missing_.push_back(base::quote(name));
    return stand_in(shape);
  }
  auto tensor = found->second;
  tensors_.erase(found);
  if (!fits(tensor.sizes(), shape)) {
    misfits_.push_back(
        fmt::format("{} is [{}], expected [{}]", base::quote(name), fmt::join(tensor.sizes(), ", "), fmt::join(shape, ", ")));
    return stand_in(shape);
  }
  if (policy == DTypePolicy::stored || !tensor.is_floating_point()) return kept(tensor);
  if (policy == DTypePolicy::float32) return converted(tensor, at::kFloat);
  return dtype_ ? converted(tensor, *dtype_) : kept(tensor);
}

std::optional<at::Tensor> WeightMap::take_optional(const std::string& name, at::IntArrayRef shape, DTypePolicy policy) {
  if (!recording_ && !has(name)) return std::nullopt;
  return take(name, shape, policy);
}

std::vector<std::int64_t> WeightMap::shape_of(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? std::vector<std::int64_t>{} : found->second.sizes().vec();
}

void WeightMap::ignore(const std::string& name) { tensors_.erase(name); }

void WeightMap::ignore_prefix(std::string_view prefix) {
  std::erase_if(tensors_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

void WeightMap::strip_prefix(std::string_view prefix) {
  if (std::all_of(tensors_.begin(), tensors_.end(), [&](const auto& entry) { return entry.first.starts_with(prefix); }) &&
      !tensors_.empty())
    keep_prefix(prefix);
}

void WeightMap::keep_prefix(std::string_view prefix) {
  TensorMap kept;
  for (auto& [name, tensor] : tensors_)
    if (name.starts_with(prefix)) kept.emplace(name.substr(prefix.size()), std::move(tensor));
  GALLOP_CHECK(!kept.empty() || recording_, ModelError, "{}: no tensor name begins with {}; the file holds {} tensors{}", source_,
               base::quote(prefix), tensors_.size(), tensors_.empty() ? "" : ", the first is " + base::quote(tensors_.begin()->first));
  tensors_ = std::move(kept);
}

std::string WeightMap::likely_cause() const {
  if (missing_.empty())
    return tensors_.empty() && !misfits_.empty() ? "the names fit and the sizes do not: weights of another size of this model" : "";
  if (tensors_.empty() && misfits_.empty())
    return missing_.size() == requested_.size() ? "the file holds no tensors of a model" : "an older or partial save of this model";
  const auto wanted = missing_.front().substr(1, missing_.front().size() - 2);
  for (const auto& [name, tensor] : tensors_)
    if (name.size() > wanted.size() && name.ends_with(wanted))
      return fmt::format("the file writes {} where the model says {}: names with the prefix {}", base::quote(name), base::quote(wanted),
                         base::quote(name.substr(0, name.size() - wanted.size())));
  if (missing_.size() == requested_.size()) return "no name fits: these are weights of another model";
  return "another version of this model, or one that was changed";
}

void WeightMap::finish(const std::string& hint) {
  if (recording_) return;
  std::vector<std::string> parts, unexpected;
  for (const auto& [name, tensor] : tensors_) unexpected.push_back(base::quote(name));
  tell(parts, misfits_, "misfit");
  tell(parts, missing_, "are missing");
  tell(parts, unexpected, "are not of this model");
  if (parts.empty()) return;
  const auto cause = hint.empty() ? likely_cause() : hint;
  throw ModelError(fmt::format("{}: {}{}{}", source_, fmt::join(parts, "; "), cause.empty() ? "" : ": ", cause));
}

TensorMap meta_tensors(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& entries) {
  TensorMap tensors;
  for (const auto& [name, shape] : entries) {
    auto tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat).device(at::kMeta));
    GALLOP_CHECK(tensors.emplace(name, std::move(tensor)).second, FormatError, "a key table names {} twice", base::quote(name));
  }
  return tensors;
}

}  // namespace gallop::weights
