#include <doctest/doctest.h>

#include "tensor/convert.h"

using namespace gallop;

TEST_CASE("convert: frames become a tensor and come back without a copy") {
  std::vector<std::uint8_t> pixels(2 * 3 * 4 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  at::Tensor view;
  {
    const Video video(pixels, 2, 3, 4, 8.0);
    view = tensor::view_of(video);
    CHECK(view.const_data_ptr<std::uint8_t>() == video.pixels().data());
  }
  CHECK(view.index({1, 2, 3, 2}).item<int>() == 71);  // the pixels outlive the clip's handle
  const auto back = tensor::to_video(view.flip({0}), 8.0);
  CHECK(back.frame(1)[0] == 0);
  CHECK(back.frames() == 2);
}
