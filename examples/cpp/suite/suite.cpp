// Judges a folder of clips against a suite of prompts and prints each dimension with its interval. Stop it when you like: what
// is judged is kept in the run folder, and the same command goes on from there.
//
//   suite suite.json clips run
#include <chrono>
#include <cstdio>

#include <gallop/gallop.h>

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: suite SUITE CLIPS RUN\n"), 2;
  try {
    const auto start = std::chrono::steady_clock::now();
    const auto suite = gallop::Suite::load(argv[1]);
    const gallop::RunPlan plan{.videos = argv[2], .run = argv[3]};
    const auto found = gallop::preflight(suite, plan);  // opens no model, decodes nothing
    std::printf("%s: %zu prompts, %zu clips found, %zu missing\n", suite.name.c_str(), suite.records.size(), found.clips,
                found.missing.size());
    for (const auto& [name, reason] : found.misnamed) std::printf("%s: named almost like \"%s\"\n", name.c_str(), reason.c_str());

    int before = -1;
    const auto results = gallop::run_suite(suite, plan, {.on_progress = [&](const gallop::Progress& progress) {
                                             if (before < 0) before = progress.done;  // what an earlier run left in the folder
                                             return gallop::Flow::go_on;
                                           }});
    std::printf("%d clips were judged already\n", before);
    for (const auto& row : results.dimensions)
      std::printf("%-20s %.4f  (95 %%: %.4f to %.4f)  %lld scored, %lld missing\n", row.dimension.c_str(), row.estimate.value,
                  row.estimate.low, row.estimate.high, static_cast<long long>(row.scored), static_cast<long long>(row.missing));
    for (const auto& row : results.rows)
      if (row.state != gallop::RowState::scored)
        std::printf("%s: %s: %s %s\n", row.clip.c_str(), row.dimension.c_str(), gallop::name_of(row.state).data(),
                    row.problem.message.c_str());
    std::printf("%.2f s; tables in %s/results\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), argv[3]);
    return results.complete() ? 0 : 3;
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
