// Rotary position tables over time, rows and columns (wan.md 3.2).
#pragma once

#include "models/wan/config.h"
#include "tensor/aten.h"

namespace gallop::models::wan {

struct RopeTables {
  at::Tensor cosine, sine;  // float32 [T * H * W, head_dim / 2], token order t, y, x
};
// T, H, W in patches. InvalidArgument when an axis is longer than the model's table.
RopeTables rope_tables(const WanConfig& config, std::int64_t frames, std::int64_t rows, std::int64_t columns, at::Device device);

}  // namespace gallop::models::wan
