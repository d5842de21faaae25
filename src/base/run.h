// Reports progress and honours cancellation on behalf of a long run.
#pragma once

#include <chrono>
#include <string>

#include "gallop/error.h"
#include "gallop/progress.h"

namespace gallop::base {

// One per public call. `tick` after every unit of work; `check` wherever stopping is cheap.
class RunMonitor {
 public:
  explicit RunMonitor(const RunOptions& options) : options_(options), start_(std::chrono::steady_clock::now()) {}

  void check() const {
    if (options_.cancel.cancelled()) throw Cancelled("the run was cancelled; nothing was left half done");
  }
  void tick(Stage stage, int done, int total, const std::string& detail = {}) const {
    check();
    if (options_.on_progress && options_.on_progress({stage, done, total, seconds(), detail}) == Flow::stop)
      throw Cancelled("the run was stopped by its progress callback; nothing was left half done");
  }
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  const RunOptions& options() const { return options_; }

 private:
  const RunOptions& options_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace gallop::base
