#include "models/single_stream/block.h"

namespace gallop::models::single_stream {
namespace {

// [N, heads, d] -> [kv heads, group, N, d], a view: neighbouring query heads share a key head.
at::Tensor grouped(const at::Tensor& x, std::int64_t kv_heads) {
  return x.view({x.size(0), kv_heads, x.size(1) / kv_heads, x.size(2)}).permute({1, 2, 0, 3});
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const auto kv_heads = k.size(1), group = q.size(1) / kv_heads;
  const auto wide = [&](const at::Tensor& x) { return grouped(x, kv_heads).expand({kv_heads, group, x.size(0), x.size(2)}); };
  return at::scaled_dot_product_attention(grouped(q, kv_heads), wide(k), wide(v)).permute({2, 0, 1, 3}).reshape({q.size(0), -1});
}

}  // namespace

at::Tensor joint_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Layout& layout, std::int64_t window) {
  // A window that reaches every frame from every other is no window.
  if (window < 0 || layout.frames <= window + 1) return attend(q, k, v);
  const auto per_frame = layout.per_frame(), video = layout.video(), rest = layout.total() - video;
  auto out = at::empty({q.size(0), q.size(1) * q.size(2)}, q.options());
  for (std::int64_t frame = 0; frame < layout.frames; ++frame) {
    const auto from = std::max<std::int64_t>(0, frame - window), to = std::min(layout.frames - 1, frame + window) + 1;
    const auto seen = [&](const at::Tensor& x) {
      return at::cat({x.narrow(0, from * per_frame, (to - from) * per_frame), x.narrow(0, video, rest)});
    };
    out.narrow(0, frame * per_frame, per_frame).copy_(attend(q.narrow(0, frame * per_frame, per_frame), seen(k), seen(v)));
  }
  if (q.size(0) > video) out.narrow(0, video, q.size(0) - video).copy_(attend(q.narrow(0, video, q.size(0) - video), k, v));
  return out;
}

}  // namespace gallop::models::single_stream
