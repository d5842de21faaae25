// Makes a clip from a prompt with a model folder, writes it, and says what was used and how long each stage took.
//
//   generate MODEL_FOLDER "a horse at full gallop" out.mp4 [WIDTH HEIGHT FRAMES STEPS]
#include <cstdio>
#include <cstdlib>
#include <map>

#include <gallop/gallop.h>

namespace {

gallop::GenerateOptions options_from(int argc, char** argv) {
  gallop::GenerateOptions options{.prompt = argv[2]};
  options.seed = 7;
  if (argc == 8) {
    options.width = std::atoi(argv[4]);
    options.height = std::atoi(argv[5]);
    options.frames = std::atoi(argv[6]);
    options.steps = std::atoi(argv[7]);
  }
  return options;  // what is unset takes the model's default and comes back in `used`
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 8) return std::fprintf(stderr, "usage: generate MODEL_FOLDER PROMPT OUT.mp4 [WIDTH HEIGHT FRAMES STEPS]\n"), 2;
  try {
    auto pipe = gallop::Pipeline::load(argv[1]);
    std::map<gallop::Stage, double> reached;  // seconds since the run began
    gallop::RunOptions run;
    run.on_progress = [&](const gallop::Progress& progress) {
      reached[progress.stage] = progress.seconds;
      return gallop::Flow::go_on;
    };
    const auto made = pipe.generate(options_from(argc, argv), run);
    gallop::write_video(argv[3], made.video, {.comment = made.provenance});
    std::printf("%s: %lld frames, %lldx%lld, %d steps, guidance %g, seed %llu\n", pipe.name().c_str(),
                static_cast<long long>(made.video.frames()), static_cast<long long>(made.video.height()),
                static_cast<long long>(made.video.width()), made.used.steps.value_or(0), made.used.guidance.value_or(1.0),
                static_cast<unsigned long long>(made.used.seed));
    for (const auto& [stage, seconds] : reached) std::printf("%-12s done after %.2f s\n", gallop::name_of(stage).data(), seconds);
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
