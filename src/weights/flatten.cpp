#include "weights/flatten.h"

#include "base/check.h"
#include "base/names.h"

namespace gallop::weights {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kMostVisits = 4'000'000;  // shared sub-trees could otherwise multiply without end
constexpr std::size_t kMostTensors = 200'000;
constexpr std::size_t kLongestPath = 1024;  // of a dotted name

class Walk {
 public:
  Walk(const std::function<at::Tensor(const TensorSpec&)>& resolve, const std::string& where) : resolve_(resolve), where_(where) {}

  void visit(const PickleValue& value, const std::string& name, int depth) {
    GALLOP_CHECK(depth < kDeepest && ++visits_ < kMostVisits, FormatError, "{}: nested too deeply or into itself; refused", where_);
    if (const auto* spec = std::get_if<TensorSpec>(&value.data)) {
      GALLOP_CHECK(tensors_.size() < kMostTensors, FormatError, "{}: more than {} tensors; refused", where_, kMostTensors);
      GALLOP_CHECK(tensors_.emplace(name, resolve_(*spec)).second, FormatError, "{}: tensor {} appears twice; the file is ambiguous",
                   where_, base::quote(name));
    } else if (const auto* dict = std::get_if<PickleDict>(&value.data)) {
      for (const auto& [key, item] : dict->items) visit(*item, joined(name, key_text(*key)), depth + 1);
    } else if (const auto* list = std::get_if<PickleList>(&value.data)) {
      for (std::size_t i = 0; i < list->items.size(); ++i) visit(*list->items[i], joined(name, std::to_string(i)), depth + 1);
    }
  }
  TensorMap take() { return std::move(tensors_); }

 private:
  std::string joined(const std::string& name, const std::string& key) const {
    GALLOP_CHECK(name.size() + key.size() < kLongestPath, FormatError, "{}: a name is longer than {} bytes; refused", where_, kLongestPath);
    return name.empty() ? key : name + "." + key;
  }
  std::string key_text(const PickleValue& key) const {
    if (const auto* text = std::get_if<std::string>(&key.data)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&key.data)) return std::to_string(*number);
    if (const auto* yes = std::get_if<bool>(&key.data)) return *yes ? "True" : "False";
    throw FormatError(fmt::format("{}: an entry is named neither by text nor by a number", where_));
  }

  const std::function<at::Tensor(const TensorSpec&)>& resolve_;
  const std::string& where_;
  TensorMap tensors_;
  std::size_t visits_ = 0;
};

}  // namespace

TensorMap flatten(const PickleValue& root, const std::function<at::Tensor(const TensorSpec&)>& resolve, const std::string& where) {
  Walk walk(resolve, where);
  walk.visit(root, "", 0);
  return walk.take();
}

at::Tensor tensor_over(std::span<const std::byte> storage, const std::shared_ptr<const void>& owner, const TensorSpec& spec,
                       const std::string& where) {
  const auto size = c10::elementSize(spec.dtype);
  const auto needed = base::checked_mul(static_cast<std::uint64_t>(spec.storage_numel), static_cast<std::uint64_t>(size), where.c_str());
  GALLOP_CHECK(needed <= storage.size(), FormatError, "{}: storage {} has {} bytes, its tensors need {}; the file is damaged or cut short",
               where, base::quote(spec.storage), storage.size(), needed);
  if (spec.storage_numel == 0) return at::empty(spec.sizes, at::TensorOptions().dtype(spec.dtype));
  auto* start = const_cast<std::byte*>(storage.data());
  auto bytes = at::from_blob(start, {static_cast<std::int64_t>(needed)}, [owner](void*) {}, at::kByte);
  if (reinterpret_cast<std::uintptr_t>(start) % size != 0) bytes = bytes.clone();
  return bytes.view(spec.dtype).as_strided(spec.sizes, spec.strides, spec.offset);
}

}  // namespace gallop::weights
