#include "weights/pickle_calls.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/names.h"

namespace gallop::weights {
namespace {

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 12> kStorages = {{
    {"torch.FloatStorage", at::kFloat},
    {"torch.HalfStorage", at::kHalf},
    {"torch.BFloat16Storage", at::kBFloat16},
    {"torch.DoubleStorage", at::kDouble},
    {"torch.LongStorage", at::kLong},
    {"torch.IntStorage", at::kInt},
    {"torch.ShortStorage", at::kShort},
    {"torch.CharStorage", at::kChar},
    {"torch.ByteStorage", at::kByte},
    {"torch.BoolStorage", at::kBool},
    // Bytes whose meaning the tensor gives (_rebuild_tensor_v3).
    {"torch.UntypedStorage", at::kByte},
    {"torch.storage.UntypedStorage", at::kByte},
}};

constexpr std::int64_t kMostExpanded = 4096;
constexpr std::size_t kLongestKey = 256;  // of a storage: a number, or an address written out

// Names that build containers or tensors and nothing else.
constexpr std::array<std::string_view, 12> kCallables = {
    "collections.OrderedDict",          "torch._utils._rebuild_tensor_v3",    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor",     "torch._utils._rebuild_parameter",    "torch.Size",
    "torch.jit._pickle.build_intlist",  "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_boollist", "torch.jit._pickle.restore_type_tag", "_codecs.encode"};  // how version 2 writes bytes

// Element types by themselves, named where the storage does not tell them.
constexpr std::array<std::pair<std::string_view, at::ScalarType>, 15> kElementTypes = {{
    {"torch.float32", at::kFloat},
    {"torch.float16", at::kHalf},
    {"torch.bfloat16", at::kBFloat16},
    {"torch.float64", at::kDouble},
    {"torch.int64", at::kLong},
    {"torch.int32", at::kInt},
    {"torch.int16", at::kShort},
    {"torch.int8", at::kChar},
    {"torch.uint8", at::kByte},
    {"torch.bool", at::kBool},
    {"torch.float8_e4m3fn", at::kFloat8_e4m3fn},
    {"torch.float8_e5m2", at::kFloat8_e5m2},
    {"torch.uint16", at::kUInt16},
    {"torch.uint32", at::kUInt32},
    {"torch.uint64", at::kUInt64},
}};

std::optional<at::ScalarType> element_type(const std::string& global) {
  for (const auto& [name, dtype] : kElementTypes)
    if (name == global) return dtype;
  return std::nullopt;
}

// Classes of a TorchScript archive: their objects are plain attribute tables here, their code is never looked at.
bool is_script_class(const std::string& name) { return name.starts_with("__torch__."); }

std::int64_t integer(const PicklePtr& value, const std::string& where) {
  const auto* number = std::get_if<std::int64_t>(&value->data);
  GALLOP_CHECK(number != nullptr, FormatError, "{}: a number was expected inside a tensor description", where);
  return *number;
}

std::vector<std::int64_t> integers(const PicklePtr& value, const std::string& where) {
  const auto* list = std::get_if<PickleList>(&value->data);
  GALLOP_CHECK(list != nullptr && list->items.size() <= 64, FormatError, "{}: a short tuple was expected inside a tensor description",
               where);
  std::vector<std::int64_t> numbers;
  for (const auto& item : list->items) numbers.push_back(integer(item, where));
  return numbers;
}

// `dtype`: of the tensor when its storage is untyped.
PicklePtr make_tensor(const PickleList& arguments, std::optional<at::ScalarType> dtype, PickleArena& arena) {
  const auto& where = arena.where();
  GALLOP_CHECK(arguments.items.size() >= 4, FormatError, "{}: a tensor description has {} parts, expected at least 4", where,
               arguments.items.size());
  const auto* storage = std::get_if<PickleStorage>(&arguments.items[0]->data);
  GALLOP_CHECK(storage != nullptr, FormatError, "{}: a tensor description does not begin with a storage", where);
  const auto type = dtype.value_or(storage->dtype);
  const auto ratio = static_cast<std::int64_t>(c10::elementSize(type) / c10::elementSize(storage->dtype));
  TensorSpec spec{.storage = storage->key,
                  .dtype = type,
                  .storage_numel = dtype ? storage->numel / std::max<std::int64_t>(ratio, 1) : storage->numel,
                  .offset = integer(arguments.items[1], where),
                  .sizes = integers(arguments.items[2], where),
                  .strides = integers(arguments.items[3], where)};
  GALLOP_CHECK(spec.sizes.size() == spec.strides.size(), FormatError, "{}: a tensor has {} sides and {} strides", where, spec.sizes.size(),
               spec.strides.size());
  const std::size_t remarks = dtype ? 7 : 6;  // conjugated or negated views, which no checkpoint needs
  const auto* marks = arguments.items.size() > remarks ? std::get_if<PickleDict>(&arguments.items[remarks]->data) : nullptr;
  GALLOP_CHECK(marks == nullptr || marks->items.empty(), FormatError,
               "{}: a tensor is a lazily conjugated or negated view; save it resolved", where);
  // Sides of zero do not excuse the others: the product of the rest must be a believable size too.
  std::int64_t last = 0, count = 1;
  bool empty = false;
  for (std::size_t i = 0; i < spec.sizes.size(); ++i) {
    GALLOP_CHECK(spec.sizes[i] >= 0 && spec.strides[i] >= 0, FormatError, "{}: a tensor has a negative side or stride", where);
    empty = empty || spec.sizes[i] == 0;
    const auto side = std::max<std::int64_t>(spec.sizes[i], 1);
    count = base::checked_mul(count, side, where.c_str());
    last = base::checked_add(last, base::checked_mul(side - 1, spec.strides[i], where.c_str()), where.c_str());
  }
  last = base::checked_add(last, spec.offset, where.c_str());
  // Expanded tensors repeat their storage; a copy of an absurdly expanded one would exhaust memory.
  GALLOP_CHECK(empty || count / kMostExpanded <= spec.storage_numel, FormatError,
               "{}: a tensor spreads {} elements over {} values; refused", where, spec.storage_numel, count);
  GALLOP_CHECK(spec.offset >= 0 && (empty || last < spec.storage_numel), FormatError,
               "{}: a tensor reaches element {} of a storage of {}; the file is damaged", where, last, spec.storage_numel);
  return arena.make(std::move(spec));
}

PicklePtr make_dict(const PickleList& arguments, PickleArena& arena) {
  const auto& where = arena.where();
  PickleDict dict;
  if (arguments.items.empty()) return arena.make(std::move(dict));
  // OrderedDict([(key, value), ...])
  const auto* pairs = std::get_if<PickleList>(&arguments.items[0]->data);
  GALLOP_CHECK(pairs != nullptr, FormatError, "{}: an OrderedDict is not made from pairs", where);
  arena.charge(pairs->items.size());
  for (const auto& item : pairs->items) {
    const auto* pair = std::get_if<PickleList>(&item->data);
    GALLOP_CHECK(pair != nullptr && pair->items.size() == 2, FormatError, "{}: an OrderedDict is not made from pairs", where);
    dict.items.emplace_back(pair->items[0], pair->items[1]);
  }
  return arena.make(std::move(dict));
}

}  // namespace

std::optional<at::ScalarType> storage_dtype(const std::string& global) {
  for (const auto& [name, dtype] : kStorages)
    if (name == global) return dtype;
  return std::nullopt;
}

void check_global(const std::string& name, const std::string& where) {
  const bool known = storage_dtype(name).has_value() || element_type(name).has_value() || is_script_class(name) ||
                     std::find(kCallables.begin(), kCallables.end(), name) != kCallables.end();
  GALLOP_CHECK(known, FormatError,
               "{}: names {}, which is not needed to describe tensors; the file could run code in another program and "
               "is refused. Save the tensors alone, or as safetensors",
               where, base::quote(name));
}

PicklePtr rebuild(const std::string& callable, const PickleList& arguments, PickleArena& arena) {
  const auto& where = arena.where();
  check_global(callable, where);
  if (callable == "torch._utils._rebuild_tensor_v2" || callable == "torch._utils._rebuild_tensor")
    return make_tensor(arguments, std::nullopt, arena);
  if (callable == "torch._utils._rebuild_tensor_v3") {
    const auto* dtype = arguments.items.size() > 6 ? std::get_if<PickleGlobal>(&arguments.items[6]->data) : nullptr;
    const auto type = dtype != nullptr ? element_type(dtype->name) : std::nullopt;
    GALLOP_CHECK(type.has_value(), FormatError, "{}: a tensor description names no known element type", where);
    return make_tensor(arguments, type, arena);
  }
  if (callable == "collections.OrderedDict") return make_dict(arguments, arena);
  if (is_script_class(callable)) return arena.make(PickleDict{});
  GALLOP_CHECK(!arguments.items.empty(), FormatError, "{}: {} is called without arguments", where, callable);
  // A parameter is its tensor; a tagged or typed list is its list.
  return arguments.items[0];
}

PicklePtr storage_of(const PickleValue& id, PickleArena& arena) {
  const auto& where = arena.where();
  const auto* tuple = std::get_if<PickleList>(&id.data);
  GALLOP_CHECK(tuple != nullptr && tuple->items.size() >= 5, FormatError, "{}: an external reference is not a storage", where);
  const auto* kind = std::get_if<std::string>(&tuple->items[0]->data);
  const auto* type = std::get_if<PickleGlobal>(&tuple->items[1]->data);
  const auto* key = std::get_if<std::string>(&tuple->items[2]->data);
  GALLOP_CHECK(kind != nullptr && *kind == "storage" && type != nullptr && key != nullptr && key->size() <= kLongestKey, FormatError,
               "{}: an external reference is not a storage", where);
  const auto dtype = storage_dtype(type->name);
  GALLOP_CHECK(dtype.has_value(), FormatError, "{}: storage class {} is not known", where, base::quote(type->name));
  const auto numel = integer(tuple->items[4], where);
  GALLOP_CHECK(numel >= 0, FormatError, "{}: a storage of {} elements", where, numel);
  return arena.make(PickleStorage{*key, *dtype, numel});
}

}  // namespace gallop::weights
