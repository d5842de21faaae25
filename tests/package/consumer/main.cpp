// Registers an evaluator of its own and scores frames with it and with a built-in one.
#include <cstdio>

#include <gallop/gallop.h>

#if defined(C10_EXPORT) || defined(FMT_VERSION)
#error "third-party headers leaked into the public ones"
#endif

namespace {

class MeanRed : public gallop::EvaluatorBase {
 public:
  gallop::EvaluatorInfo info() const override { return {.name = "mean_red", .profile = "mine", .high = 255.0}; }
  using gallop::EvaluatorBase::score;
  std::vector<gallop::Score> score(std::span<const gallop::ClipRequest> requests, const gallop::RunOptions&) override {
    std::vector<gallop::Score> scores;
    for (const auto& request : requests) {
      const auto pixels = request.clip.frames()->pixels();
      double sum = 0.0;
      for (std::size_t i = 0; i < pixels.size(); i += 3) sum += pixels[i];
      scores.push_back({.dimension = "mean_red", .value = sum * 3.0 / static_cast<double>(pixels.size())});
    }
    return scores;
  }
};

}  // namespace

int main() {
  gallop::register_evaluator({.name = "mean_red", .profile = "mine", .high = 255.0},
                             [](const auto&, const auto&) { return std::make_unique<MeanRed>(); });
  const gallop::Video video(std::vector<std::uint8_t>(4 * 32 * 48 * 3, 200), 4, 32, 48, 8.0);
  const gallop::ClipRequest request{.clip = video};
  const auto results = gallop::score_clips({&request, 1}, {.dimensions = {"mean_red", "temporal_flickering"}});
  for (const auto& score : results.front().scores) std::printf("%s %.3f\n", score.dimension.c_str(), score.value);
  try {
    gallop::make_evaluator("mean_rad");
  } catch (const gallop::NotFound& error) {
    std::printf("%s\n", error.what());
  }
  return results.front().scores.size() == 2 ? 0 : 1;
}
