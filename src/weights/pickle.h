// An interpreter for the small part of Python's pickle language that tensor files need. It builds data, never calls
// anything: a name outside a fixed list is a FormatError. Source: Python's Lib/pickletools.py (opcode meanings).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/aten.h"

namespace gallop::weights {

// Where a tensor's numbers lie: a storage by key, a window into it.
struct TensorSpec {
  std::string storage;  // key of the storage in the file
  at::ScalarType dtype = at::kFloat;
  std::int64_t storage_numel = 0;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> sizes, strides;
};

struct PickleValue;
using PicklePtr = PickleValue*;  // owned by the arena of its pickle: lists may contain themselves
struct PickleNone {};
struct PickleGlobal {
  std::string name;  // "module.attribute"
};
struct PickleList {  // lists, tuples, sets
  std::vector<PicklePtr> items;
};
struct PickleDict {  // dictionaries, and objects by their state
  std::vector<std::pair<PicklePtr, PicklePtr>> items;
};
struct PickleStorage {
  std::string key;
  at::ScalarType dtype = at::kFloat;
  std::int64_t numel = 0;
};
struct PickleValue {
  std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleGlobal, PickleList, PickleDict, PickleStorage, TensorSpec> data;
};

// Owns all values of one pickle and bounds what hostile input can make of a few bytes: each value, and each entry
// copied from one container to another, is charged.
class PickleArena {
 public:
  // `where` names the file in messages.
  explicit PickleArena(std::string where) : where_(std::move(where)) {}
  template <class T>
  PicklePtr make(T value) {
    charge(1);
    return &values_.emplace_back(PickleValue{std::move(value)});
  }
  void charge(std::size_t values);  // FormatError beyond what any checkpoint needs
  const std::string& where() const { return where_; }

 private:
  std::deque<PickleValue> values_;
  std::size_t charged_ = 0;
  std::string where_;
};

struct PickleResult {
  std::shared_ptr<PickleArena> arena;  // keeps `value` alive
  PicklePtr value = nullptr;
  std::size_t length = 0;  // bytes of the stream that were read
};
// Interprets one pickle at the start of `bytes`; `where` names the file in messages. FormatError.
PickleResult read_pickle(std::span<const std::byte> bytes, const std::string& where);

// Number type of a torch storage class, e.g. "torch.FloatStorage"; nothing when unknown.
std::optional<at::ScalarType> storage_dtype(const std::string& global);

}  // namespace gallop::weights
