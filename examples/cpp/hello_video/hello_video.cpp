// Draws a clip, writes it, reads it back by two reader contracts and says what the file holds.
//
//   hello_video out.mp4
#include <cstdio>
#include <cstdlib>

#include <gallop/gallop.h>

namespace {

constexpr std::int64_t kFrames = 24, kHeight = 192, kWidth = 320;

// A bright disc that crosses a soft gradient: uint8 [24, 192, 320, 3].
gallop::Video drawn() {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(kFrames * kHeight * kWidth * 3));
  for (std::int64_t t = 0; t < kFrames; ++t)
    for (std::int64_t y = 0; y < kHeight; ++y)
      for (std::int64_t x = 0; x < kWidth; ++x) {
        const auto dx = x - (40 + 10 * t), dy = y - kHeight / 2;
        const bool disc = dx * dx + dy * dy < 32 * 32;
        const auto shade = static_cast<std::uint8_t>(40 + 120 * y / kHeight);
        pixels.insert(pixels.end(), {disc ? std::uint8_t{235} : shade, disc ? std::uint8_t{190} : shade, shade});
      }
  return gallop::Video(std::move(pixels), kFrames, kHeight, kWidth, 12.0);
}

double mean_difference(const gallop::Video& a, const gallop::Video& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) sum += std::abs(a.pixels()[i] - b.pixels()[i]);
  return sum / static_cast<double>(a.pixels().size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: hello_video OUT.mp4\n"), 2;
  try {
    const auto clip = drawn();
    gallop::write_video(argv[1], clip, {.crf = 14, .comment = "a disc crossing a gradient"});
    for (const auto contract : {gallop::ReaderContract::decord, gallop::ReaderContract::opencv}) {
      const auto video = gallop::read_video(argv[1], {.contract = contract});
      std::printf("%-7s %lld frames, %lldx%lld, %g fps, %.2f of 255 away from the drawn pixels\n", gallop::name_of(contract).data(),
                  static_cast<long long>(video.frames()), static_cast<long long>(video.height()), static_cast<long long>(video.width()),
                  video.fps(), mean_difference(clip, video));
    }
    const auto info = gallop::probe(argv[1]);
    const auto& stream = info.streams[static_cast<std::size_t>(info.best_video)];
    std::printf("%s %lldx%lld, %g fps, %s\n", stream.codec.c_str(), static_cast<long long>(stream.width),
                static_cast<long long>(stream.height), stream.fps, stream.pixel_format.c_str());
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
