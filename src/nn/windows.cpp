#include "nn/windows.h"

namespace gallop::nn {

at::Tensor to_windows(const at::Tensor& x, std::int64_t window) {
  const auto missing = [&](std::int64_t side) { return (window - side % window) % window; };
  const auto down = missing(x.size(1)), across = missing(x.size(2));
  const auto padded = down == 0 && across == 0 ? x : at::constant_pad_nd(x, {0, 0, 0, across, 0, down});
  const auto rows = padded.size(1) / window, columns = padded.size(2) / window;
  return padded.reshape({x.size(0), rows, window, columns, window, x.size(3)}).transpose(2, 3).reshape({-1, window, window, x.size(3)});
}

at::Tensor from_windows(const at::Tensor& windows, std::int64_t height, std::int64_t width) {
  const auto window = windows.size(1), rows = (height + window - 1) / window, columns = (width + window - 1) / window;
  const auto whole = windows.reshape({-1, rows, columns, window, window, windows.size(3)})
                         .transpose(2, 3)
                         .reshape({-1, rows * window, columns * window, windows.size(3)});
  return whole.narrow(1, 0, height).narrow(2, 0, width);
}

}  // namespace gallop::nn
