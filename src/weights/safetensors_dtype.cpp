#include "weights/safetensors_dtype.h"

#include <array>
#include <utility>

namespace gallop::weights {
namespace {

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 15> kSafetensorsTypes = {{
    {"BOOL", at::kBool},
    {"U8", at::kByte},
    {"I8", at::kChar},
    {"I16", at::kShort},
    {"I32", at::kInt},
    {"I64", at::kLong},
    {"F16", at::kHalf},
    {"BF16", at::kBFloat16},
    {"F32", at::kFloat},
    {"F64", at::kDouble},
    {"F8_E4M3", at::kFloat8_e4m3fn},
    {"F8_E5M2", at::kFloat8_e5m2},
    {"U16", at::kUInt16},
    {"U32", at::kUInt32},
    {"U64", at::kUInt64},
}};

}  // namespace

std::optional<at::ScalarType> safetensors_dtype(std::string_view name) {
  for (const auto& [known, dtype] : kSafetensorsTypes)
    if (known == name) return dtype;
  return std::nullopt;
}

std::optional<std::string_view> safetensors_name(at::ScalarType dtype) {
  for (const auto& [name, known] : kSafetensorsTypes)
    if (known == dtype) return name;
  return std::nullopt;
}

}  // namespace gallop::weights
