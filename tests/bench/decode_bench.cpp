// Reads every frame of a clip the way evaluators do and prints how many there were and how long it took.
//
//   decode_bench FILE CONTRACT THREADS
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "gallop/error.h"
#include "media/frame_source.h"

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: decode_bench FILE CONTRACT THREADS\n"), 2;
  try {
    const auto start = std::chrono::steady_clock::now();
    const auto used = std::clock();  // processor time of all threads
    const auto source = gallop::media::open_frames(std::filesystem::path(argv[1]),
                                                   {.contract = gallop::parse_reader_contract(argv[2]), .threads = std::atoi(argv[3])});
    long frames = 0;
    unsigned check = 0;  // one byte a frame, so that no frame can be left unconverted
    while (const auto frame = source->next()) {
      ++frames;
      check += frame->rgb[frame->rgb.size() / 2];
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%ld %.6f %.6f %u\n", frames, took.count(), static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC, check);
    return 0;
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
