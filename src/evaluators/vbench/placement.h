// Where a network of a dimension runs, and which of its tensors are in half precision.
#pragma once

#include "base/check.h"
#include "gallop/evaluator.h"
#include "tensor/convert.h"

namespace gallop::evaluators::vbench {

// Some names of a checkpoint. `half`: those that its reference holds in float16 on a GPU; null: the network is float32 everywhere.
using HalfNames = bool (*)(const std::string& name);

struct Placement {
  at::Device device = at::kCPU;
  HalfNames half = nullptr;
  HalfNames stored = nullptr;  // names that keep the type they have in the file: the model brings them into its own as it works

  // By the reference's rule: half precision on a GPU and float32 on a CPU; `dtype` float16 or float32 overrides that.
  // Unsupported for other types, and for a device that is not there.
  static Placement of(const LoadOptions& options, HalfNames half) {
    const bool halved = options.dtype ? *options.dtype == DType::float16 : options.device.kind != Device::Kind::cpu;
    GALLOP_CHECK(!options.dtype || halved || *options.dtype == DType::float32, Unsupported,
                 "dtype: the VBench dimensions run in \"float32\", or \"float16\" where the reference does (CLIP), not in \"{}\"",
                 name_of(*options.dtype));
    return {.device = tensor::to_aten(options.device), .half = halved ? half : nullptr};
  }
  at::Tensor operator()(const std::string& name, const at::Tensor& value) const {
    return value.to(device, half != nullptr && half(name) ? at::kHalf : value.scalar_type());
  }
};

// Frames a batch: on a CPU what its caches like, on a GPU enough to fill it.
inline std::int64_t frames_a_batch(const LoadOptions& options, std::int64_t on_cpu) {
  constexpr std::int64_t kOnGpu = 32;
  return options.device.kind == Device::Kind::cpu ? on_cpu : kOnGpu;
}

}  // namespace gallop::evaluators::vbench
