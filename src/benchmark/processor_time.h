// Processor time of this process: unlike the clock it does not count what other programs take.
#pragma once

#include <ctime>

namespace gallop::benchmark {

// Seconds of all threads, user and system.
inline double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace gallop::benchmark
