// Windows of the small decoder against the published examples (single_stream.md 2.17).
#include <doctest/doctest.h>

#include <vector>

#include "models/turbo_decoder/decoder.h"

using namespace gallop::models::turbo_decoder;

TEST_CASE("turbo decoder: windows, and frames that follow one another without gap or overlap") {
  struct Case {
    std::int64_t latents;
    std::vector<std::int64_t> counts;
    std::int64_t frames;
  };
  const Case cases[] = {
      {1, {7}, 1}, {6, {7}, 21}, {7, {7}, 25}, {8, {8, 8}, 29}, {14, {8, 8}, 53}, {26, {8, 9, 9, 8}, 101}, {32, {8, 9, 9, 9, 8}, 125}};
  const auto config = TurboConfig::published();
  for (const auto& item : cases) {
    CAPTURE(item.latents);
    const auto plan = plan_windows(config, item.latents);
    std::vector<std::int64_t> counts;
    std::int64_t next = 0;  // frame of the padded clip
    for (const auto& window : plan.windows) {
      counts.push_back(window.count);
      // The first latent makes one frame, each later one four.
      const auto first = window.first == 0 ? 0 : 4 * window.first - 3;
      const auto made = window.first == 0 ? 4 * window.count - 3 : 4 * window.count;
      CHECK(first + window.drop_front == next);
      next += made - window.drop_front - window.drop_back;
    }
    CHECK(counts == item.counts);
    CHECK(next - 4 * plan.padding == item.frames);
    CHECK(item.frames == 4 * item.latents - 3);
  }
}
