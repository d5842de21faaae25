#include "benchmark/results.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "benchmark/clip_names.h"
#include "benchmark/estimates.h"
#include "benchmark/payload.h"
#include "benchmark/scorer_facts.h"

namespace gallop {
namespace benchmark {
namespace {

ResultRow row_of(LedgerItem stored, const Suite& suite) {
  GALLOP_CHECK(stored.item.record < suite.records.size(), FormatError, "ledger: an item names record {} of {}; the ledger is damaged",
               stored.item.record, suite.records.size());
  ResultRow row{.dimension = stored.item.dimension,
                .clip = stored.item.clip,
                .prompt = suite.records[stored.item.record].prompt,
                .record = stored.item.record,
                .sample = stored.item.sample,
                .state = stored.item.state,
                .clip_sha256 = stored.entry.clip_sha256,
                .key = stored.key};
  if (row.state == RowState::scored) row.score = score_of(row.dimension, stored.entry.payload);
  if (row.state == RowState::problem) row.problem = *stored.entry.problem;
  return row;
}

}  // namespace

Results results_of(const Ledger& ledger, const ResultOptions& options) {
  const auto suite = ledger.suite();
  Results results{.suite = suite.name,
                  .suite_version = suite.version,
                  .suite_sha256 = suite.sha256,
                  .official = suite.official,
                  .videos = ledger.videos().string(),
                  .records = suite.records,
                  .samples = suite.samples};
  std::set<std::string> seen, settings;
  for (auto& stored : ledger.items()) {
    seen.insert(stored.item.dimension);
    if (stored.item.state == RowState::scored) settings.insert(stored.entry.settings);
    results.rows.push_back(row_of(std::move(stored), suite));
  }
  std::sort(results.rows.begin(), results.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.dimension, a.clip, a.record, a.sample) < std::tie(b.dimension, b.clip, b.record, b.sample);
  });
  for (const auto& text : settings) results.scorers.push_back(facts_of(text));
  std::stable_sort(results.scorers.begin(), results.scorers.end(), [](const auto& a, const auto& b) { return a.dimension < b.dimension; });
  std::vector<std::string> order;
  for (const auto& name : suite.dimensions())
    if (seen.contains(name)) order.push_back(name);
  estimate(results, order, options);
  return results;
}

void save_results(const Results& results, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  GALLOP_CHECK(std::filesystem::is_directory(folder), IoError, "{}: the folder of results cannot be made: {}", base::quote(folder),
               error.message());
  base::write_text_atomic(folder / "results.json", results.to_json());
  base::write_text_atomic(folder / "per_clip.jsonl", results.per_clip_jsonl());
  base::write_text_atomic(folder / "scores.csv", results.to_csv());
  const auto name = stem_of(results.suite);  // a suite may call itself anything
  base::write_text_atomic(folder / (name + "_full_info.json"), results.vbench_full_info());
  base::write_text_atomic(folder / (name + "_eval_results.json"), results.vbench_results());
}

}  // namespace benchmark

inline namespace v0 {

bool Results::complete() const noexcept {
  return !dimensions.empty() && std::all_of(dimensions.begin(), dimensions.end(), [](const auto& d) { return d.complete(); });
}

}  // namespace v0
}  // namespace gallop
