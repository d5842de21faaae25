// Intermediate results that several judges of one clip use: computed once a frame, kept for the clip's life.
#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace gallop::evaluators {

// One per clip and decode. A stage is any default-constructible type; judges fetch it by type in open() and hand it every
// frame, and the stage itself computes only for a frame it has not seen. Used by one thread.
class ClipShared {
 public:
  template <class Stage>
  std::shared_ptr<Stage> get() {
    auto& slot = stages_[std::type_index(typeid(Stage))];
    if (slot == nullptr) slot = std::make_shared<Stage>();
    return std::static_pointer_cast<Stage>(slot);
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> stages_;
};

}  // namespace gallop::evaluators
