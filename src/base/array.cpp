#include "gallop/array.h"

#include <fmt/ranges.h>

#include "base/check.h"

namespace gallop {
inline namespace v0 {

struct Array::Impl {
  std::shared_ptr<const void> owner;
  std::span<const float> values;
  std::vector<std::int64_t> shape;
};

Array::Array(std::vector<float> values, std::vector<std::int64_t> shape) : Array(nullptr, {}, {}) {
  auto held = std::make_shared<const std::vector<float>>(std::move(values));
  *this = Array(held, std::span<const float>(*held), std::move(shape));
}

Array::Array(std::shared_ptr<const void> owner, std::span<const float> values, std::vector<std::int64_t> shape) {
  std::size_t count = shape.empty() ? 0 : 1;
  for (const auto side : shape) {
    GALLOP_CHECK(side >= 0, InvalidArgument, "array: a side of {}", side);
    count = base::checked_mul<InvalidArgument>(count, static_cast<std::size_t>(side), "array");
  }
  GALLOP_CHECK(count == values.size(), InvalidArgument, "array: {} values for the shape [{}]", values.size(), fmt::join(shape, ", "));
  impl_ = std::make_shared<const Impl>(Impl{std::move(owner), values, std::move(shape)});
}

std::span<const float> Array::values() const noexcept { return impl_->values; }
const std::vector<std::int64_t>& Array::shape() const noexcept { return impl_->shape; }

}  // namespace v0
}  // namespace gallop
