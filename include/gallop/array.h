// Numbers that enter and leave pipelines: latents, noise, embeddings.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

// float32 in host memory, row-major. Immutable; copies share the numbers. Safe to use from several threads.
class GALLOP_API Array {
 public:
  // InvalidArgument when the shape does not hold exactly these values.
  Array(std::vector<float> values, std::vector<std::int64_t> shape);
  // Borrows values that `owner` keeps alive (no copy).
  Array(std::shared_ptr<const void> owner, std::span<const float> values, std::vector<std::int64_t> shape);
  std::span<const float> values() const noexcept;
  const std::vector<std::int64_t>& shape() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace v0
}  // namespace gallop
