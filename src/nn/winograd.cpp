#include "nn/winograd.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "nn/winograd_kernels.h"

namespace gallop::nn {
namespace {

constexpr std::int64_t kPositions = 36;
constexpr std::int64_t kBlockBytes = 3 << 19;  // transformed tiles a thread works on, about what its cache holds

// G: rows are powers of the points over the products of their distances.
at::Tensor kernel_matrix() {
  const double a = 2.0 / 3.0, b = 3.0 / 2.0, near = 2.0 * a * a * (a * a - b * b), far = 2.0 * b * b * (b * b - a * a);
  return at::tensor({1.0, 0.0, 0.0, 1.0 / near, a / near, a * a / near, 1.0 / near, -a / near, a * a / near, 1.0 / far, b / far,
                     b * b / far, 1.0 / far, -b / far, b * b / far, 0.0, 0.0, 1.0},
                    at::kDouble)
      .view({6, 3});
}

}  // namespace

bool winograd_pays(const at::Tensor& weight) {
  if (weight.dim() < 4 || weight.dim() > 5 || !weight.device().is_cpu() || weight.scalar_type() != at::kFloat) return false;
  const auto out = weight.size(0), in = weight.size(1);
  return weight.size(-1) == 3 && weight.size(-2) == 3 && in % 16 == 0 && out % 16 == 0 && in >= 64 && out >= 64 && in <= 256 && out <= 256;
}

WinogradConv make_winograd(const at::Tensor& weight, const at::Tensor& bias) {
  const auto g = kernel_matrix();
  const auto wide = (weight.dim() == 4 ? weight.unsqueeze(2) : weight).to(at::kDouble);  // [O, C, T, 3, 3]
  const auto transformed = at::matmul(at::matmul(g, wide), g.t());                       // [O, C, T, 6, 6]
  return {transformed.permute({2, 3, 4, 1, 0}).reshape({wide.size(2), kPositions, wide.size(1), wide.size(0)}).to(at::kFloat).contiguous(),
          bias.defined() ? bias.contiguous() : bias};
}

at::Tensor convolve(const WinogradConv& conv, const at::Tensor& x, std::int64_t first_tap, std::int64_t taps) {
  GALLOP_ASSERT(x.dim() == 4 && x.is_contiguous() && x.scalar_type() == at::kFloat && x.size(3) == conv.weight.size(2) &&
                x.size(0) >= taps);
  const auto in = conv.weight.size(2), out = conv.weight.size(3), frames = x.size(0) - taps + 1, height = x.size(1), width = x.size(2);
  const kernels::TileGrid from{height, width, in, (width + 3) / 4}, to{height, width, out, from.columns};
  const auto tiles = (height + 3) / 4 * from.columns;
  const auto bytes = kPositions * static_cast<std::int64_t>(sizeof(float)) * (x.size(0) * in + frames * out);
  const auto block = std::clamp<std::int64_t>(kBlockBytes / bytes, 8, tiles);
  auto result = at::empty({frames, height, width, out}, x.options());
  const auto* source = x.const_data_ptr<float>();
  const auto* bias = conv.bias.defined() ? conv.bias.const_data_ptr<float>() : nullptr;
  auto* target = result.mutable_data_ptr<float>();
  at::parallel_for(0, (tiles + block - 1) / block, 1, [&](std::int64_t begin, std::int64_t end) {
    const c10::InferenceMode guard;  // a thread of the pool has none of its own
    const auto inputs = at::empty({kPositions, x.size(0), block, in}, x.options()),
               products = at::empty({kPositions, frames, block, out}, x.options());
    for (auto b = begin; b < end; ++b) {
      const auto first = b * block, count = std::min(block, tiles - first);
      auto* in_tiles = inputs.mutable_data_ptr<float>();
      for (std::int64_t t = 0; t < x.size(0); ++t)
        kernels::winograd_input(source + t * height * width * in, from, first, count, in_tiles + t * block * in, x.size(0) * block * in);
      auto sums = products.view({kPositions, frames * block, out});
      for (std::int64_t tap = 0; tap < taps; ++tap)
        sums.baddbmm_(inputs.narrow(1, tap, frames).view({kPositions, frames * block, in}), conv.weight[first_tap + tap],
                      tap == 0 ? 0.0 : 1.0);
      const auto* out_tiles = products.const_data_ptr<float>();
      for (std::int64_t t = 0; t < frames; ++t)
        kernels::winograd_output(out_tiles + t * block * out, frames * block * out, bias, to, first, count,
                                 target + t * height * width * out);
    }
  });
  return result;
}

}  // namespace gallop::nn
