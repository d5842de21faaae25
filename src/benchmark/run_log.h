// run.json: when, where and how long a run worked. Nothing in it is part of the results.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

// One session of a run; write() adds it to the file.
class RunLog {
 public:
  explicit RunLog(const RunPlan& plan);
  void planned() { planning_ = seconds(); }
  // `judging_seconds`: spent inside evaluators; what remains of the wall time is the runner's own.
  void write(std::int64_t units, double judging_seconds) const;  // IoError

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const RunPlan& plan_;
  Clock::time_point start_ = Clock::now();
  std::int64_t started_;  // seconds since 1970 by the wall clock
  double planning_ = 0.0;
};

}  // namespace gallop::benchmark
