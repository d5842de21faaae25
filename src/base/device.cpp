#include "gallop/device.h"

#include <array>
#include <charconv>

#include "base/check.h"

namespace gallop {
inline namespace v0 {

Device Device::parse(std::string_view text) {
  if (text == "cpu") return {Kind::cpu, 0};
  if (text == "cuda") return {Kind::cuda, 0};
  if (text.starts_with("cuda:")) {
    const auto digits = text.substr(5);
    int index = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error == std::errc() && end == digits.data() + digits.size() && index >= 0 && index < 128) return {Kind::cuda, index};
  }
  throw InvalidArgument(fmt::format("device: \"{}\" is not known; use \"cpu\", \"cuda\" or \"cuda:<number>\"", text));
}

std::string Device::str() const { return kind == Kind::cpu ? "cpu" : fmt::format("cuda:{}", index); }

DType parse_dtype(std::string_view text) {
  if (text == "uint8") return DType::uint8;
  if (text == "float16" || text == "fp16" || text == "half") return DType::float16;
  if (text == "bfloat16" || text == "bf16") return DType::bfloat16;
  if (text == "float32" || text == "fp32" || text == "float") return DType::float32;
  throw InvalidArgument(fmt::format("dtype: \"{}\" is not known; use \"float32\", \"bfloat16\", \"float16\" or \"uint8\"", text));
}

std::string_view name_of(DType dtype) noexcept {
  constexpr std::array<std::string_view, 4> kDtypeNames = {"uint8", "float16", "bfloat16", "float32"};
  return kDtypeNames[static_cast<std::size_t>(dtype)];
}

std::size_t size_of(DType dtype) noexcept {
  constexpr std::array<std::size_t, 4> kDtypeSizes = {1, 2, 2, 4};
  return kDtypeSizes[static_cast<std::size_t>(dtype)];
}

}  // namespace v0
}  // namespace gallop
