#include "benchmark/suite_run.h"

#include "base/check.h"
#include "benchmark/results.h"
#include "benchmark/run_log.h"

namespace gallop {
inline namespace v0 {

SuiteRun::Impl::Impl(const Suite& suite, const RunPlan& wanted) : plan(wanted), lock(plan.run), ledger(benchmark::Ledger::open(plan.run)) {
  for (const auto& file : ledger.hashes()) hashes.known(file);
  list = benchmark::make_work_list(suite, plan);
  ledger.plan(suite, plan.videos, list);
}

// Settled: the stored key is the one that clip, weights and settings give today, and the key has a result, or a problem that
// another try would not mend.
std::vector<WorkUnit> SuiteRun::Impl::pending() {
  std::map<std::tuple<std::string, std::size_t, int>, benchmark::LedgerItem> items;
  for (auto& item : ledger.items())
    if (!item.key.empty()) items.emplace(std::tuple(item.item.dimension, item.item.record, item.item.sample), std::move(item));
  benchmark::KeyMaker keys(plan, hashes);
  const auto settled = [&](const WorkUnit& unit, const std::string& dimension) {
    const auto found = items.find({dimension, unit.record, unit.sample});
    if (found == items.end() || found->second.entry.key.empty()) return false;
    const auto& entry = found->second.entry;
    if (entry.problem && (plan.retry_problems || !benchmark::lies_in_clip(entry.problem->kind))) return false;
    if (!entry.problem && entry.payload.empty()) return false;
    try {
      return keys.key(unit, dimension, found->second.reader) == entry.key;
    } catch (const Error&) {
      return false;  // weights or clip cannot be read: judging it says so
    }
  };
  std::vector<WorkUnit> units;
  for (auto unit : list.found.units) {
    std::erase_if(unit.dimensions, [&](const auto& dimension) { return settled(unit, dimension); });
    if (!unit.dimensions.empty()) units.push_back(std::move(unit));
  }
  return units;
}

Results SuiteRun::Impl::finish() {
  auto results = benchmark::results_of(ledger, {});
  benchmark::save_results(results, plan.run / "results");
  return results;
}

}  // namespace v0

namespace benchmark {

Results run_suite(const Suite& suite, const RunPlan& plan, const RunOptions& run) {
  const base::RunMonitor monitor(run);
  RunLog log(plan);
  SuiteRun::Impl work(suite, plan);
  const auto units = work.pending();
  log.planned();
  Scorer scorer(work.plan, work.hashes);
  const auto total = static_cast<int>(work.list.found.units.size());
  int done = total - static_cast<int>(units.size());
  monitor.tick(Stage::score, done, total);
  for (const auto& unit : units) {
    const auto known = [&](const std::string& dimension, const std::string& key, const std::string& reader) {
      const auto entry = work.ledger.find(key);
      if (!entry || (entry->problem && (plan.retry_problems || !lies_in_clip(entry->problem->kind)))) return false;
      work.ledger.adopt(unit, dimension, key, reader);
      return true;
    };
    scorer.score(unit, monitor, known, [&](const LedgerEntry& entry) { work.store(unit, entry); });
    monitor.tick(Stage::score, ++done, total, unit.clip);
  }
  auto results = work.finish();
  log.write(static_cast<std::int64_t>(units.size()), scorer.judging_seconds(), scorer.judging_processor_seconds());
  return results;
}

}  // namespace benchmark
}  // namespace gallop
