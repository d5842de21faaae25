// Reports progress and honours cancellation on behalf of a long run.
#pragma once

#include <chrono>
#include <string>

#include "gallop/error.h"
#include "gallop/progress.h"

namespace gallop::base {

// One per public call, used by the thread that called. `tick` after every unit of work; `pulse` within long ones, as often as
// convenient: it repeats the last report at most ten times a second, so that a caller can show life and stop in time; `check`
// wherever only the token matters.
class RunMonitor {
 public:
  explicit RunMonitor(const RunOptions& options) : options_(options), start_(Clock::now()), reported_(start_) {}

  void check() const {
    if (options_.cancel.cancelled()) throw Cancelled("the run was cancelled; nothing was left half done");
  }
  void tick(Stage stage, int done, int total, const std::string& detail = {}) const {
    last_ = {stage, done, total, 0.0, detail};
    report();
  }
  void pulse() const {
    check();
    if (Clock::now() - reported_ >= std::chrono::milliseconds(100)) report();
  }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  const RunOptions& options() const { return options_; }

 private:
  using Clock = std::chrono::steady_clock;

  void report() const {
    check();
    last_.seconds = seconds();
    reported_ = Clock::now();
    if (options_.on_progress && options_.on_progress(last_) == Flow::stop)
      throw Cancelled("the run was stopped by its progress callback; nothing was left half done");
  }

  const RunOptions& options_;
  Clock::time_point start_;
  mutable Clock::time_point reported_;
  mutable Progress last_;
};

}  // namespace gallop::base
