// run.json: when, where and how long a run worked. Nothing in it is part of the results.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "benchmark/processor_time.h"
#include "gallop/benchmark.h"

namespace gallop::benchmark {

// One session of a run; write() adds it to the file.
class RunLog {
 public:
  explicit RunLog(const RunPlan& plan);
  void planned() {
    planning_ = seconds();
    planning_processor_ = processor_seconds() - processor_start_;
  }
  // What was spent inside evaluators, by the clock and as processor time; what remains of either is the runner's own. IoError.
  void write(std::int64_t units, double judging_seconds, double judging_processor_seconds) const;

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const RunPlan& plan_;
  Clock::time_point start_ = Clock::now();
  std::int64_t started_;  // seconds since 1970 by the wall clock
  double processor_start_ = processor_seconds();
  double planning_ = 0.0, planning_processor_ = 0.0;
};

}  // namespace gallop::benchmark
