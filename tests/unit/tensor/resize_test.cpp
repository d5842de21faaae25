#include <doctest/doctest.h>

#include "gallop/error.h"
#include "tensor/image_transforms.h"

using namespace gallop;
using tensor::ImageSize;

namespace {

at::Tensor ramp(std::int64_t height, std::int64_t width, std::int64_t channels = 3) {
  return at::arange(height * width * channels, at::kInt).mul(37).remainder(256).to(at::kByte).view({height, width, channels});
}

}  // namespace

TEST_CASE("resize: a constant picture stays constant in every kernel") {
  const auto picture = at::full({2, 33, 47, 3}, 201, at::kByte);
  const ImageSize sizes[] = {{17, 90}, {66, 12}, {1, 1}, {33, 5}, {80, 47}};
  for (const auto size : sizes) {
    for (const auto filter : {tensor::PillowFilter::bilinear, tensor::PillowFilter::bicubic, tensor::PillowFilter::lanczos})
      CHECK(tensor::resize_pillow(picture, size, filter).eq(201).all().item<bool>());
    CHECK(tensor::resize_opencv(picture, size).eq(201).all().item<bool>());
    CHECK(tensor::resize_torch(picture.permute({0, 3, 1, 2}), size, tensor::TorchFilter::bilinear, true).eq(201).all().item<bool>());
  }
}

TEST_CASE("resize: a batch gives what its pictures give alone, whatever the number of threads") {
  const auto batch = at::stack({ramp(40, 61), ramp(40, 61).flip({0}), ramp(40, 61).flip({1})});
  const ImageSize size{23, 99};
  for (std::int64_t i = 0; i < 3; ++i) {
    CHECK(tensor::resize_pillow(batch, size, tensor::PillowFilter::lanczos)[i].equal(
        tensor::resize_pillow(batch[i], size, tensor::PillowFilter::lanczos)));
    CHECK(tensor::resize_opencv(batch, size)[i].equal(tensor::resize_opencv(batch[i], size)));
  }
  const auto threads = at::get_num_threads();
  const auto many = tensor::resize_opencv(batch, {500, 700}),
             smooth = tensor::resize_pillow(batch, {500, 700}, tensor::PillowFilter::bicubic);
  at::set_num_threads(1);
  CHECK(many.equal(tensor::resize_opencv(batch, {500, 700})));
  CHECK(smooth.equal(tensor::resize_pillow(batch, {500, 700}, tensor::PillowFilter::bicubic)));
  at::set_num_threads(threads);
}

TEST_CASE("resize: the same size is a copy, single channels and views work") {
  const auto picture = ramp(9, 14);
  const auto same = tensor::resize_opencv(picture, {9, 14});
  CHECK(same.equal(picture));
  CHECK(same.const_data_ptr() != picture.const_data_ptr());
  CHECK(tensor::resize_pillow(picture, {9, 14}, tensor::PillowFilter::bicubic).equal(picture));
  const auto red = picture.narrow(2, 0, 1);
  CHECK(tensor::resize_pillow(red, {5, 20}, tensor::PillowFilter::bicubic)
            .equal(tensor::resize_pillow(picture, {5, 20}, tensor::PillowFilter::bicubic).narrow(2, 0, 1)));
  CHECK(tensor::resize_opencv(red, {5, 20}).equal(tensor::resize_opencv(picture, {5, 20}).narrow(2, 0, 1)));
}

TEST_CASE("resize: halving both sides is OpenCV's mean of four pixels") {
  const auto picture = ramp(6, 8);
  const auto halved = tensor::resize_opencv(picture, {3, 4});
  const auto at = [&](int y, int x) { return picture.index({y, x, 1}).item<int>(); };
  CHECK(halved.index({1, 2, 1}).item<int>() == (at(2, 4) + at(2, 5) + at(3, 4) + at(3, 5) + 2) / 4);
}

TEST_CASE("resize: float bicubic overshoots, uint8 bicubic is clamped") {
  auto edge = at::zeros({1, 1, 8, 8}, at::kFloat);
  edge.narrow(3, 4, 4).fill_(255);
  const ImageSize size{16, 16};
  CHECK(tensor::resize_torch(edge, size, tensor::TorchFilter::bicubic).max().item<float>() > 255.5F);
  const auto bytes = tensor::resize_torch(edge.to(at::kByte), size, tensor::TorchFilter::bicubic);
  CHECK((bytes.scalar_type() == at::kByte));
  CHECK(bytes.max().item<int>() == 255);
}

TEST_CASE("resize: torchvision's rules for sizes and crops") {
  CHECK(tensor::short_side_size({480, 832}, 224) == ImageSize{224, 388});
  CHECK(tensor::short_side_size({1280, 720}, 256) == ImageSize{455, 256});
  CHECK(tensor::short_side_size({224, 224}, 224) == ImageSize{224, 224});
  const auto rows = at::arange(10, at::kFloat).view({1, 10, 1}).expand({1, 10, 5});
  CHECK(tensor::center_crop(rows, {5, 5}).index({0, 0, 0}).item<float>() == 2.0F);  // 2.5 rounds to even
  CHECK(tensor::center_crop(rows, {3, 3}).index({0, 0, 0}).item<float>() == 4.0F);  // 3.5 rounds to even
  const auto padded = tensor::center_crop(rows, {13, 5});
  CHECK(padded.size(1) == 13);
  CHECK(padded.index({0, 0, 0}).item<float>() == 0.0F);
  CHECK(padded.index({0, 2, 0}).item<float>() == 1.0F);  // one row above, two below
}

TEST_CASE("resize: sizes before MUSIQ and GRiT follow the reference's truncation") {
  using tensor::MusiqScale;
  CHECK(tensor::musiq_size({480, 832}, MusiqScale::longer) == ImageSize{295, 512});
  CHECK(tensor::musiq_size({720, 1280}, MusiqScale::longer) == ImageSize{288, 512});
  CHECK(tensor::musiq_size({768, 1360}, MusiqScale::longer) == ImageSize{289, 512});
  CHECK(tensor::musiq_size({1088, 1920}, MusiqScale::longer) == ImageSize{290, 512});
  CHECK(tensor::musiq_size({600, 694}, MusiqScale::longer).width == 511);
  CHECK(tensor::musiq_size({320, 512}, MusiqScale::longer) == ImageSize{320, 512});
  CHECK(tensor::grit_size({784, 1000}) == ImageSize{720, 918});
  CHECK(tensor::grit_size({768, 1360}) == ImageSize{768, 1360});
}

TEST_CASE("resize: what is no picture is refused with a sentence") {
  CHECK_THROWS_WITH_AS(tensor::resize_opencv(at::zeros({4, 4, 3}, at::kFloat), {2, 2}), doctest::Contains("expected uint8"),
                       InvalidArgument);
  CHECK_THROWS_WITH_AS(tensor::resize_pillow(ramp(4, 4), {0, 2}, tensor::PillowFilter::bicubic), doctest::Contains("sides are 1 to"),
                       InvalidArgument);
  CHECK_THROWS_AS(tensor::resize_pillow(ramp(4, 4, 4), {2, 2}, tensor::PillowFilter::bicubic), InvalidArgument);
  CHECK_THROWS_AS(tensor::resize_opencv(at::empty({0, 4, 3}, at::kByte), {2, 2}), InvalidArgument);
  CHECK_THROWS_AS(tensor::resize_torch(at::zeros({4, 4}, at::kInt), {2, 2}, tensor::TorchFilter::bilinear), InvalidArgument);
  CHECK_THROWS_WITH_AS(tensor::dino_tensor_224(ramp(4, 4)), doctest::Contains("expected decoded frames"), InvalidArgument);
}
