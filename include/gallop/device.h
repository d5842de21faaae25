// Where models run and in which number type.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

struct GALLOP_API Device {
  enum class Kind { cpu, cuda };
  Kind kind = Kind::cpu;
  int index = 0;

  // "cpu", "cuda" (the first GPU) or "cuda:1". Anything else: InvalidArgument.
  static Device parse(std::string_view text);
  // The first usable GPU, otherwise the CPU. Asked once per process.
  static Device best();
  // "cpu" or "cuda:0".
  std::string str() const;
  bool operator==(const Device&) const = default;
};

enum class DType { uint8, float16, bfloat16, float32 };

// "uint8", "float16" ("fp16", "half"), "bfloat16" ("bf16"), "float32" ("fp32", "float"). Else InvalidArgument.
GALLOP_API DType parse_dtype(std::string_view text);
GALLOP_API std::string_view name_of(DType dtype) noexcept;
GALLOP_API std::size_t size_of(DType dtype) noexcept;

// One line a component: library, LibTorch, FFmpeg versions, processor features, GPUs. For reports.
struct Component {
  std::string name, version, detail;
};
GALLOP_API std::vector<Component> components();

// Threads LibTorch and the kernels of this library use inside one operation. 0 restores the default.
GALLOP_API void set_threads(int count);
GALLOP_API int threads() noexcept;

}  // namespace v0
}  // namespace gallop
