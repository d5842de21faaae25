#include "benchmark/merge.h"

#include <map>

#include "base/check.h"
#include "base/names.h"
#include "benchmark/canonical_json.h"
#include "benchmark/results.h"
#include "benchmark/run_lock.h"
#include "benchmark/suite_files.h"

namespace gallop::benchmark {
namespace {

using Place = std::tuple<std::string, std::size_t, int>;

// What says more wins: a score, else a problem, else missing, else pending.
int weight_of(const LedgerItem& item) {
  switch (item.item.state) {
    case RowState::scored:
      return 3;
    case RowState::problem:
      return 2;
    case RowState::missing:
      return 1;
    case RowState::pending:
      return 0;
  }
  return 0;
}

void check_agreement(const LedgerItem& a, const LedgerItem& b, const std::filesystem::path& run) {
  if (weight_of(a) != 3 || weight_of(b) != 3) return;
  GALLOP_CHECK(
      a.key == b.key, FormatError,
      "{}: {} on {} was computed from another clip, weights or settings than in the runs before it; merge only runs of the same clips",
      base::quote(run), b.item.dimension, base::quote(b.item.clip));
  GALLOP_CHECK(a.entry.payload == b.entry.payload, FormatError,
               "{}: {} on {} differs from the runs before it although clip, weights and settings are equal; score it again on one machine",
               base::quote(run), b.item.dimension, base::quote(b.item.clip));
}

}  // namespace

Results merge_runs(const std::filesystem::path& into, std::span<const std::filesystem::path> runs) {
  GALLOP_CHECK(!runs.empty(), InvalidArgument, "merge: name at least one run folder");
  std::map<Place, LedgerItem> united;
  std::optional<Suite> suite;
  std::filesystem::path videos;
  std::string json;
  for (const auto& run : runs) {
    const auto ledger = Ledger::open_read(run);
    auto own = ledger.suite();
    const auto text = canonical(suite_to_json(own));
    if (!suite) {
      suite = std::move(own);
      json = text;
      videos = ledger.videos();
    }
    GALLOP_CHECK(text == json, FormatError, "{}: is a run of another suite than the first one ({}); merge runs of one suite",
                 base::quote(run), suite->name);
    for (auto& item : ledger.items()) {
      const Place place{item.item.dimension, item.item.record, item.item.sample};
      const auto [found, fresh] = united.try_emplace(place, item);
      if (fresh) continue;
      check_agreement(found->second, item, run);
      if (weight_of(item) > weight_of(found->second)) found->second = std::move(item);
    }
  }
  const RunLock lock(into);
  auto ledger = Ledger::open(into);
  std::vector<LedgerItem> items;
  for (auto& [place, item] : united) items.push_back(std::move(item));
  ledger.write_merged(*suite, videos, items);
  auto results = results_of(ledger, {});
  save_results(results, into / "results");
  return results;
}

}  // namespace gallop::benchmark
