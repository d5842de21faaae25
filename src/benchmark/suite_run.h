// A run at work: lock, ledger, what is pending.
#pragma once

#include <memory>
#include <unordered_map>

#include "benchmark/ledger.h"
#include "benchmark/run_lock.h"
#include "benchmark/scorer.h"

namespace gallop {
inline namespace v0 {

struct SuiteRun::Impl {
  Impl(const Suite& suite, const RunPlan& wanted);
  std::vector<WorkUnit> pending();
  void store(const WorkUnit& unit, const LedgerEntry& entry) { ledger.store(unit, entry, hashes.take_fresh()); }
  Results finish();

  RunPlan plan;
  benchmark::RunLock lock;
  benchmark::Ledger ledger;
  benchmark::FileHashes hashes;
  benchmark::WorkList list;
};

}  // namespace v0

namespace benchmark {

Results run_suite(const Suite& suite, const RunPlan& plan, const RunOptions& run);

}  // namespace benchmark
}  // namespace gallop
