// Judges a clip and prints its scores, the parts behind them, and what could not be scored.
//
//   score clip.mp4
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <gallop/gallop.h>

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: score CLIP\n"), 2;
  try {
    const auto start = std::chrono::steady_clock::now();
    const gallop::ClipRequest request{.clip = std::filesystem::path(argv[1])};
    const auto results = gallop::score_clips({&request, 1}, {.dimensions = {"sharpness", "temporal_flickering"}});
    for (const auto& score : results.front().scores) {
      std::printf("%-20s %.6f  (%zu parts, first", score.dimension.c_str(), score.value, score.parts.size());
      for (std::size_t i = 0; i < std::min<std::size_t>(3, score.parts.size()); ++i) std::printf(" %.4f", score.parts[i]);
      std::printf(")\n");
      for (const auto& flag : score.flags) std::printf("  flag: %s\n", flag.c_str());
    }
    for (const auto& problem : results.front().problems)
      std::printf("%s: %s: %s\n", argv[1], problem.dimension.empty() ? "every dimension" : problem.dimension.c_str(),
                  problem.message.c_str());
    std::printf("%.2f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return results.front().problems.empty() ? 0 : 3;
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
