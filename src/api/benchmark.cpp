// The public side of benchmarks. Foreign exceptions become errors of the library here.
#include "gallop/benchmark.h"

#include "benchmark/merge.h"
#include "benchmark/results.h"
#include "benchmark/suite_files.h"
#include "benchmark/suite_run.h"
#include "tensor/translate.h"

namespace gallop {
inline namespace v0 {

Suite Suite::load(const std::filesystem::path& file, const SuiteOptions& options) {
  return tensor::translated([&] { return benchmark::load_suite(file, options); });
}
Preflight preflight(const Suite& suite, const RunPlan& plan) {
  return tensor::translated([&] { return benchmark::make_work_list(suite, plan).found; });
}
Results run_suite(const Suite& suite, const RunPlan& plan, const RunOptions& run) {
  return tensor::translated([&] { return benchmark::run_suite(suite, plan, run); });
}
Results read_results(const std::filesystem::path& run, const ResultOptions& options) {
  return tensor::translated([&] { return benchmark::results_of(benchmark::Ledger::open_read(run), options); });
}
Results merge_runs(const std::filesystem::path& into, std::span<const std::filesystem::path> runs) {
  return tensor::translated([&] { return benchmark::merge_runs(into, runs); });
}
Comparison compare(const Results& a, const Results& b, const CompareOptions& options) {
  return tensor::translated([&] { return benchmark::compare(a, b, options); });
}
void Results::save(const std::filesystem::path& folder) const {
  tensor::translated([&] { benchmark::save_results(*this, folder); });
}

struct UnitScorer::Impl {
  explicit Impl(RunPlan wanted) : plan(std::move(wanted)), scorer(plan, hashes) {}
  RunPlan plan;
  benchmark::FileHashes hashes;
  benchmark::Scorer scorer;
};
UnitScorer::UnitScorer(const RunPlan& plan) : impl_(std::make_unique<Impl>(plan)) {}
UnitScorer::UnitScorer(UnitScorer&&) noexcept = default;
UnitScorer::~UnitScorer() = default;

std::vector<LedgerEntry> UnitScorer::score(const WorkUnit& unit, const RunOptions& run) {
  return tensor::translated([&] {
    const base::RunMonitor monitor(run);
    std::vector<LedgerEntry> entries;
    impl_->scorer.score(unit, monitor, {}, [&](const LedgerEntry& entry) { entries.push_back(entry); });
    return entries;
  });
}

SuiteRun::SuiteRun(const Suite& suite, const RunPlan& plan)
    : impl_(tensor::translated([&] { return std::make_unique<Impl>(suite, plan); })) {}
SuiteRun::SuiteRun(SuiteRun&&) noexcept = default;
SuiteRun::~SuiteRun() = default;
const Preflight& SuiteRun::found() const noexcept { return impl_->list.found; }
std::vector<WorkUnit> SuiteRun::pending() const {
  return tensor::translated([&] { return impl_->pending(); });
}
void SuiteRun::store(const WorkUnit& unit, std::span<const LedgerEntry> entries) {
  tensor::translated([&] {
    for (const auto& entry : entries) impl_->store(unit, entry);
  });
}
Results SuiteRun::finish() {
  return tensor::translated([&] { return impl_->finish(); });
}

}  // namespace v0
}  // namespace gallop
