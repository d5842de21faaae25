// A measure of one's own beside the built-in ones, on frames in memory, with progress and a way to stop.
//
//   embed_in_cmake
#include <cmath>
#include <cstdio>

#include <gallop/gallop.h>

namespace {

const gallop::EvaluatorInfo kInfo{.name = "brightness_drift",
                                  .profile = "mine",
                                  .summary = "largest step of mean brightness between neighbouring frames",
                                  .high = 255.0,
                                  .higher_is_better = false};

double mean_of(std::span<const std::uint8_t> pixels) {
  double sum = 0.0;
  for (const auto value : pixels) sum += value;
  return sum / static_cast<double>(pixels.size());
}

class BrightnessDrift : public gallop::EvaluatorBase {
 public:
  gallop::EvaluatorInfo info() const override { return kInfo; }
  using gallop::EvaluatorBase::score;
  std::vector<gallop::Score> score(std::span<const gallop::ClipRequest> requests, const gallop::RunOptions&) override {
    std::vector<gallop::Score> scores;
    for (const auto& request : requests) {
      const auto video = request.clip.frames() != nullptr ? *request.clip.frames() : gallop::read_video(*request.clip.file());
      gallop::Score score{.dimension = kInfo.name};
      for (std::int64_t t = 1; t < video.frames(); ++t) {
        score.parts.push_back(std::abs(mean_of(video.frame(t)) - mean_of(video.frame(t - 1))));
        score.value = std::max(score.value, score.parts.back());
      }
      scores.push_back(std::move(score));
    }
    return scores;
  }
};

// Grey frames; every second one is `step` brighter.
gallop::Video flickering(int step) {
  constexpr std::int64_t kFrames = 16, kSide = 64;
  std::vector<std::uint8_t> pixels;
  for (std::int64_t t = 0; t < kFrames; ++t)
    pixels.insert(pixels.end(), kSide * kSide * 3, static_cast<std::uint8_t>(100 + (t % 2) * step));
  return gallop::Video(std::move(pixels), kFrames, kSide, kSide, 8.0);
}

}  // namespace

int main() {
  try {
    gallop::register_evaluator(kInfo, [](const auto&, const auto&) { return std::make_unique<BrightnessDrift>(); });
    const std::vector<gallop::ClipRequest> requests{{.clip = flickering(0)}, {.clip = flickering(12)}};
    gallop::RunOptions run;
    run.on_progress = [](const gallop::Progress& progress) {
      std::fprintf(stderr, "%s %d of %d\n", gallop::name_of(progress.stage).data(), progress.done, progress.total);
      return gallop::Flow::go_on;  // Flow::stop, or run.cancel.cancel() from any thread, ends the run
    };
    for (const auto& result : gallop::score_clips(requests, {.dimensions = {"brightness_drift", "temporal_flickering"}}, run))
      for (const auto& score : result.scores) std::printf("%s: %s %.3f\n", result.clip.c_str(), score.dimension.c_str(), score.value);
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
