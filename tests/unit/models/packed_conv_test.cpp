// Convolutions in the form of the processor's tile units, where it has them; elsewhere the same checks hold of plain ones.
#include <doctest/doctest.h>

#include <limits>

#include "nn/packed_conv.h"
#include "support/golden.h"

namespace gallop {
namespace {

struct Shape {
  std::int64_t height, width, in, out, kernel_height, kernel_width;
};

nn::Conv2d layer(const Shape& s) {
  return nn::Conv2d::of(test::filled("layer.matrix", {s.out, s.in, s.kernel_height, s.kernel_width}),
                        test::uniform("layer.bias", {s.out}).to(at::kFloat), 1, {s.kernel_height / 2, s.kernel_width / 2});
}

at::Tensor picture(std::int64_t count, const Shape& s) {
  return test::uniform("pixels", {count, s.in, s.height, s.width}).to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
}

TEST_CASE("packed convolution: within 2^-16 of each product, whatever the sides") {
  for (const Shape& s : {Shape{9, 13, 64, 32, 3, 3}, Shape{16, 40, 324, 256, 1, 1}, Shape{5, 33, 128, 126, 1, 5},
                         Shape{33, 5, 76, 68, 5, 1}, Shape{1, 1, 32, 32, 3, 3}, Shape{7, 300, 60, 64, 7, 7}}) {
    const auto conv = layer(s);
    const auto x = picture(1, s);
    const auto exact = at::conv2d(x.to(at::kDouble), conv.weight.to(at::kDouble), conv.bias.to(at::kDouble), 1, conv.padding);
    const auto bound =
        at::conv2d(x.abs().to(at::kDouble), conv.weight.abs().to(at::kDouble), {}, 1, conv.padding).max().item<double>() / 65536.0;
    auto packed = nn::PackedConv2d(conv).pack();
    const auto y = packed(x);
    CHECK(y.sizes() == exact.sizes());
    CHECK((y - exact).abs().max().item<double>() < bound);
    CHECK(packed.rectified(x).equal(y.clamp_min(0)));
    CHECK(packed.defined());
  }
}

TEST_CASE("packed convolution: an image's bits depend on that image alone, not on its company or the threads") {
  const Shape s{24, 37, 96, 64, 3, 3};
  const auto packed = nn::PackedConv2d(layer(s)).pack();
  const auto x = picture(3, s);
  const auto all = packed(x);
  CHECK(packed(x.slice(0, 1, 2)).equal(all.slice(0, 1, 2)));
  const auto before = at::get_num_threads();
  at::set_num_threads(1);
  CHECK(packed(x).equal(all));
  at::set_num_threads(before);
  CHECK(packed(x.contiguous()).equal(all));  // whatever the order in memory
}

TEST_CASE("packed convolution: a NaN stays in its window") {
  const Shape s{8, 40, 64, 64, 3, 3};
  auto x = picture(1, s);
  x[0][5][3][20] = std::numeric_limits<float>::quiet_NaN();
  const auto wrong = nn::PackedConv2d(layer(s)).pack().rectified(x).isnan();
  CHECK(wrong.slice(2, 2, 5).slice(3, 19, 22).all().item<bool>());
  CHECK(wrong.sum().item<std::int64_t>() == 9 * s.out);
}

TEST_CASE("packed convolution: other shapes stay plain") {
  const auto conv = nn::Conv2d::of(test::filled("layer.matrix", {64, 64, 3, 3}), {}, 2, {1, 1});
  const auto x = picture(1, {8, 8, 64, 64, 3, 3});
  CHECK(nn::PackedConv2d(conv).pack()(x).equal(conv(x)));
  CHECK(!nn::PackedConv2d{}.defined());
}

}  // namespace
}  // namespace gallop
