// Packing and positions (single_stream.md 2.4, 5.6).
#include <doctest/doctest.h>

#include "gallop/error.h"
#include "models/single_stream/sequence.h"

using namespace gallop;
using namespace gallop::models::single_stream;

TEST_CASE("packing: input features are channel-major, output features sub-pixel-major") {
  const std::int64_t channels = 48, frames = 2, height = 4, width = 6;
  const auto latents =
      at::arange(channels * frames * height * width, at::TensorOptions().dtype(at::kFloat)).view({channels, frames, height, width});
  const auto tokens = pack_video(latents);
  const Layout layout{frames, height / 2, width / 2, 5, 3};
  REQUIRE(tokens.size(0) == layout.video());
  auto answer = at::empty_like(tokens);  // the same pixels in the order of the output head
  for (std::int64_t n = 0; n < tokens.size(0); ++n) {
    const auto t = n / layout.per_frame(), y = n % layout.per_frame() / layout.columns, x = n % layout.columns;
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t dy = 0; dy < 2; ++dy)
        for (std::int64_t dx = 0; dx < 2; ++dx) {
          const auto pixel = latents[c][t][2 * y + dy][2 * x + dx].item<float>();
          REQUIRE(tokens[n][c * 4 + dy * 2 + dx].item<float>() == pixel);
          answer[n][(dy * 2 + dx) * channels + c] = pixel;
        }
  }
  CHECK(unpack_video(answer, layout).equal(latents));
  CHECK_FALSE(unpack_video(tokens, layout).equal(latents));
  CHECK_THROWS_AS(pack_video(at::zeros({48, 2, 3, 4})), InvalidArgument);
}

TEST_CASE("positions: video is centred in space and counted in time") {
  const Layout layout{3, 8, 14, 9, 2};
  const auto p = positions(layout, TextPositions::origin);
  CHECK(p.sizes() == at::IntArrayRef{layout.total(), 3});
  CHECK(p[0][1].item<double>() == -3.5);
  CHECK(p[0][2].item<double>() == -6.5);
  CHECK(p[layout.video() - 1][0].item<double>() == 2.0);
  CHECK(p[layout.video() - 1][1].item<double>() == 3.5);
  CHECK(p[layout.video() - 1][2].item<double>() == 6.5);
}

TEST_CASE("positions: audio is stretched over the latent frames, by a quarter only when one more than a multiple of four") {
  const auto last_audio = [](std::int64_t frames, std::int64_t audio, std::int64_t index, TextPositions text) {
    return positions({frames, 2, 2, audio, 2}, text)[frames * 4 + index][0].item<double>();
  };
  CHECK(last_audio(26, 101, 1, TextPositions::origin) == 0.25);
  CHECK(last_audio(26, 101, 100, TextPositions::origin) == 25.0);
  CHECK(last_audio(32, 126, 1, TextPositions::origin) == doctest::Approx(0.248));
  CHECK(last_audio(32, 126, 125, TextPositions::origin) == doctest::Approx(31.0));
  for (std::int64_t i = 0; i < 126; ++i)
    CHECK(last_audio(32, 126, i, TextPositions::origin) == last_audio(32, 126, i, TextPositions::spread));
  CHECK(last_audio(1, 1, 0, TextPositions::origin) == 0.0);
}

TEST_CASE("positions: text sits at the origin, or is spread over the time from 0 to 1") {
  const auto text = [](std::int64_t count, TextPositions kind) {
    const Layout layout{2, 1, 1, 5, count};
    return positions(layout, kind).narrow(0, 7, count);
  };
  CHECK(text(4, TextPositions::origin).abs().max().item<double>() == 0.0);
  CHECK(text(1, TextPositions::origin)[0][0].item<double>() == -1.0);
  const auto spread = text(5, TextPositions::spread).select(1, 0);
  CHECK(spread.equal(at::tensor(std::vector<float>{0.0F, 0.25F, 0.5F, 0.75F, 1.0F})));
  CHECK(text(2, TextPositions::spread)[1][0].item<double>() == 1.0);
  CHECK_THROWS_AS(text(1, TextPositions::spread), InvalidArgument);
}
