// Names to dense indices, in order of first appearance.
#pragma once

#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gallop::arena {

class Interner {
 public:
  std::uint32_t operator()(std::string_view name) {
    // Neighbouring rows repeat names: a small cache by the first bytes saves most look-ups.
    auto& slot = cache_[slot_of(name)];
    if (slot.text == name && slot.known) return slot.index;
    auto found = indices_.find(name);
    if (found == indices_.end()) {
      names_.emplace_back(name);
      found = indices_.emplace(names_.back(), static_cast<std::uint32_t>(names_.size() - 1)).first;
    }
    slot = {found->first, found->second, true};
    return found->second;
  }
  std::size_t size() const { return names_.size(); }
  std::vector<std::string> take() const { return {names_.begin(), names_.end()}; }

 private:
  struct Slot {
    std::string_view text = {};
    std::uint32_t index = 0;
    bool known = false;
  };
  static std::size_t slot_of(std::string_view name) {
    std::uint64_t first = 0, last = 0;
    const std::size_t bytes = std::min<std::size_t>(8, name.size());
    std::memcpy(&first, name.data(), bytes);
    std::memcpy(&last, name.data() + name.size() - bytes, bytes);
    return ((first * 0x9e3779b97f4a7c15ULL) ^ (last * 0xd1342543de82ef95ULL) ^ name.size()) >> 54;
  }
  std::deque<std::string> names_;  // stable addresses: the views point here
  std::unordered_map<std::string_view, std::uint32_t> indices_;
  Slot cache_[1024];
};

}  // namespace gallop::arena
