#include <doctest/doctest.h>

#include "gallop/error.h"
#include "media/frame_source.h"

using namespace gallop;

TEST_CASE("middle indices: the worked values of vbench.md 2.2") {
  using List = std::vector<std::int64_t>;
  CHECK(media::middle_indices(10, 16) == List{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9});
  CHECK(media::middle_indices(10, 8) == List{0, 1, 2, 3, 5, 6, 7, 8});
  CHECK(media::middle_indices(33, 16) == List{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 31});
  CHECK(media::middle_indices(81, 8) == List{4, 14, 24, 34, 44, 54, 64, 75});
  CHECK(media::middle_indices(121, 16) == List{3, 10, 18, 25, 33, 40, 48, 55, 63, 71, 78, 86, 93, 101, 108, 116});
  CHECK(media::middle_indices(1, 2) == List{0, 0});
  CHECK_THROWS_AS(media::middle_indices(0, 8), InvalidArgument);
}
