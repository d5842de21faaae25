// Benchmarks: suites of prompts, resumable runs over folders of clips, results with totals and intervals, comparisons.
//
//   const auto suite = gallop::Suite::load("VBench_full_info.json");
//   const auto results = gallop::run_suite(suite, {.videos = "videos", .weights = "weights", .run = "run1"});
//   std::puts(results.to_json().c_str());
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gallop/evaluator.h"
#include "gallop/export.h"
#include "gallop/progress.h"

namespace gallop {
inline namespace v0 {

// One prompt and what is judged about its clips.
struct SuiteRecord {
  std::string prompt = {};                                                // UTF-8; also the stem of the file names unless `file` is given
  std::vector<std::string> dimensions = {};                               // evaluator names, in the order of the file
  std::map<std::string, std::map<std::string, std::string>> labels = {};  // dimension -> label -> value
  std::string image = {};                                                 // file name of the conditioning picture; empty: none
  std::string file = {};  // the clip's own path below the folder of clips; empty: named by the prompt
};

struct SuiteOptions {
  std::string name = {};                      // empty: by the file ("vbench", "vbench-i2v", else its stem)
  std::vector<std::string> dimensions = {};   // of records that name none (text and CSV files)
  std::optional<int> samples = std::nullopt;  // clips a prompt; unset: the file's, else 5
  bool require_official = false;              // FormatError when the bytes are not those of a published suite file
};

// A list of prompts. A value; immutable use from several threads is safe.
struct GALLOP_API Suite {
  std::string name = {};
  std::string version = {};  // "" when the file says none
  std::string sha256 = {};   // of the file's bytes
  bool official = false;     // the bytes are those of a published suite file
  int samples = 5;           // clips a prompt; a record with `file` has one
  std::vector<SuiteRecord> records = {};

  // Reads VBench's full_info layout (T2V and I2V), our own "gallop/suite-v1" JSON, CSV with a header (prompt, dimensions
  // separated by ";", file, image, label:NAME ...), or a text file of one prompt a line. NotFound; FormatError with the record
  // number; a prompt that repeats another record of the same dimension is an error, not a silent overwrite.
  static Suite load(const std::filesystem::path& file, const SuiteOptions& options = {});
  std::vector<std::string> dimensions() const;  // every dimension once, in the order of first mention
  // File name without ending of a clip: "<prompt>-<index>". A prompt that cannot be a file name (a slash, a control character,
  // more than 240 bytes) is replaced by its readable start and a hash; nothing ever leaves the folder.
  std::string clip_stem(const SuiteRecord& record, int sample) const;
};

// 0-based: shard 2/8 is the third of eight. Units are dealt round robin within each group of equal dimensions.
struct Shard {
  int index = 0;
  int count = 1;
  static Shard parse(std::string_view text);  // "2/8"; InvalidArgument
};
struct RunPlan {
  std::filesystem::path videos = {};         // folder of clips: flat, or one folder a dimension group as VBench has it
  std::filesystem::path weights = {};        // folder with the checkpoints the dimensions need
  std::filesystem::path run = {};            // folder of this run: ledger, results; made when absent
  std::filesystem::path images = {};         // folder of conditioning pictures, for suites that have them
  std::vector<std::string> dimensions = {};  // empty: every dimension of the suite that this build knows
  Shard shard = {};
  LoadOptions load = {};
  bool retry_problems = false;  // also score again what failed for a reason that lies in the clip
};

// A clip of the suite at work: judged on all its dimensions in one pass.
struct WorkUnit {
  std::size_t record = 0;
  int sample = 0;
  std::string clip = {};  // path below `videos`, "/" between folders
  std::string prompt = {};
  std::map<std::string, std::string> labels = {};
  std::string image = {};
  std::vector<std::string> dimensions = {};
};
struct NamedProblem {
  std::string name = {};
  std::string reason = {};
};
// What a folder of clips holds for a suite, found out without decoding and without loading a model.
struct Preflight {
  std::vector<WorkUnit> units = {};            // found and readable, in the order they are judged
  std::vector<std::string> missing = {};       // expected names (without ending) that are absent
  std::vector<NamedProblem> unreadable = {};   // empty, no permission, not a media file
  std::vector<NamedProblem> misnamed = {};     // found name and the expected name it resembles
  std::vector<std::string> unused = {};        // belongs to no prompt of the suite, or to an index beyond its samples
  std::vector<NamedProblem> unsupported = {};  // dimensions of the suite that this build does not know
  std::size_t clips = 0;                       // distinct files found and readable
};
// NotFound when `plan.videos` is no folder; InvalidArgument for an unknown dimension or a shard outside its count.
GALLOP_API Preflight preflight(const Suite& suite, const RunPlan& plan);

enum class RowState { scored, problem, missing, pending };
GALLOP_API std::string_view name_of(RowState state) noexcept;

// One clip on one dimension.
struct ResultRow {
  std::string dimension = {};
  std::string clip = {};  // path below the folder of clips; for a missing one the expected stem
  std::string prompt = {};
  std::size_t record = 0;
  int sample = 0;
  RowState state = RowState::pending;
  Score score = {};      // when scored
  Problem problem = {};  // when there is a problem
  std::string clip_sha256 = {};
  std::string key = {};  // content address of the result
};

// What judged a dimension: the part of a result's content address that all its clips share.
struct ScorerFacts {
  std::string dimension = {};
  int version = 1;                               // of the evaluator (EvaluatorInfo::version)
  std::string library = {};                      // version of gallop
  std::vector<std::string> weights_sha256 = {};  // of the files, in the order of the evaluator's needs
  std::string reader = {};                       // how frames are read; empty: the evaluator reads the clip by itself
  std::string dtype = {};                        // "default" unless one was asked for
  std::string device = {};                       // "cpu" or "cuda"
};

struct Estimate {
  double value = 0.0;            // NaN when nothing was scored
  double se = 0.0;               // standard error, bootstrap over prompts
  double low = 0.0, high = 0.0;  // 95 % percentile interval
};
struct DimensionResult {
  std::string dimension = {};
  Estimate estimate = {};                                                        // in the dimension's published unit (imaging_quality 0..1)
  std::optional<double> normalised = std::nullopt;                               // by the suite's table; unset: the table lacks it
  std::int64_t scored = 0, problems = 0, missing = 0, pending = 0, dropped = 0;  // clips
  std::int64_t prompts = 0;                                                      // with at least one score
  bool complete() const noexcept { return problems == 0 && missing == 0 && pending == 0 && scored > 0; }
};
struct Aggregate {
  std::string name = {};                            // "quality", "semantic", "total", "i2v"
  std::string formula = {};                         // "vbench/1", "vbench-i2v/1"
  std::optional<Estimate> estimate = std::nullopt;  // unset while a dimension is missing or incomplete
  std::vector<std::string> lacking = {};            // the dimensions that stand in the way
};

struct ResultOptions {
  int replicates = 2000;  // of the bootstrap
  std::uint64_t seed = 0;
};

// The outcome of a run: rows sorted by dimension and clip, with per-dimension results and totals. A value.
struct GALLOP_API Results {
  std::string suite = {}, suite_version = {}, suite_sha256 = {};
  bool official = false;
  std::string videos = {};  // folder of clips as it was given
  std::vector<SuiteRecord> records = {};
  int samples = 0;
  std::vector<ResultRow> rows = {};
  std::vector<DimensionResult> dimensions = {};  // in the order of the suite
  std::vector<Aggregate> aggregates = {};
  std::vector<ScorerFacts> scorers = {};  // sorted by dimension; a dimension stands twice when its scores come from two set-ups
  bool complete() const noexcept;         // every planned clip has a score on every dimension
  // The same bytes for the same clips, weights and suite, however the run was cut, sharded or interrupted.
  std::string to_json() const;         // schema gallop/results-v1: everything except the parts
  std::string per_clip_jsonl() const;  // one object a scored row, sorted by dimension and path
  std::string to_csv() const;          // one line a row
  // VBench's <name>_full_info.json and <name>_eval_results.json; `video_path` is `videos` joined with the clip.
  std::string vbench_full_info() const;
  std::string vbench_results() const;
  // Writes results.json, per_clip.jsonl, scores.csv and the two files of VBench into `folder`, each whole or not at all.
  void save(const std::filesystem::path& folder) const;
};

// Judges what the plan asks for and what the ledger does not hold yet. May be killed at any moment and started again: what was
// stored is used, a result is computed once. One process a run folder (IoError names the other one); shards use their own.
// What cannot be scored is a row with its problem; thrown are Cancelled, InvalidArgument, IoError (disk full, read-only),
// FormatError (a damaged ledger, or the run folder of another suite), exceptions of callbacks.
GALLOP_API Results run_suite(const Suite& suite, const RunPlan& plan, const RunOptions& run = {});
// Reads a run folder, also while another process works on it and when it is read-only. NotFound, FormatError.
GALLOP_API Results read_results(const std::filesystem::path& run, const ResultOptions& options = {});
// Unites runs of one suite (shards, or runs of different dimensions) in a new run folder. FormatError when two runs hold
// different results under one content address, or different clips under one name.
GALLOP_API Results merge_runs(const std::filesystem::path& into, std::span<const std::filesystem::path> runs);

// A stored result: what a worker on another machine hands back. `payload` is canonical JSON.
struct LedgerEntry {
  std::string key = {}, clip_sha256 = {}, dimension = {}, payload = {};
  std::string reader = {};                        // what the evaluator reads of the clip; part of the key
  std::string settings = {};                      // ScorerFacts as canonical JSON; its hash is part of the key
  std::optional<Problem> problem = std::nullopt;  // then payload is empty
};
// Judges units without a ledger: the worker's half of a distributed run. One thread at a time.
class GALLOP_API UnitScorer {
 public:
  explicit UnitScorer(const RunPlan& plan);
  std::vector<LedgerEntry> score(const WorkUnit& unit, const RunOptions& run = {});
  UnitScorer(UnitScorer&&) noexcept;
  ~UnitScorer();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
// The driver's half: holds the run folder's lock, knows what is pending, stores what workers hand back.
class GALLOP_API SuiteRun {
 public:
  SuiteRun(const Suite& suite, const RunPlan& plan);
  const Preflight& found() const noexcept;
  std::vector<WorkUnit> pending() const;  // with the dimensions still to be judged
  void store(const WorkUnit& unit, std::span<const LedgerEntry> entries);
  Results finish();  // writes the result files
  SuiteRun(SuiteRun&&) noexcept;
  ~SuiteRun();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Totals by the published tables (scripts/constant.py, cal_final_score.py): normalised and weighted, never clamped.
struct NormalisationRow {
  std::string dimension = {};
  double low = 0.0, high = 1.0, weight = 1.0;
  std::string group = {};  // "quality", "semantic", "i2v"
};
// "vbench" or "vbench-i2v"; empty for other suites.
GALLOP_API std::vector<NormalisationRow> normalisation_table(std::string_view suite);
struct Totals {
  std::map<std::string, double> values = {};  // "quality", "semantic" or "i2v", "total"; absent while dimensions are
  std::vector<std::string> lacking = {};
};
// `scores`: dimension -> raw value in 0..1 as VBench writes it. Unlike the reference a missing dimension is no zero: the
// aggregates that need it are absent and the dimension is named. InvalidArgument for a suite without a table.
GALLOP_API Totals totals(std::string_view suite, const std::map<std::string, double>& scores);

// Two runs, paired by prompt and sample.
struct CompareOptions {
  int replicates = 10000;  // of bootstrap and sign-flip test
  std::uint64_t seed = 0;
};
struct PairedDifference {
  std::string dimension = {};
  std::int64_t prompts = 0;                       // with scores in both
  double a = 0.0, b = 0.0;                        // means over the common prompts
  Estimate difference = {};                       // b - a, bootstrap over prompts
  double p = 1.0;                                 // two-sided sign-flip permutation test
  double p_holm = 1.0;                            // corrected for the number of dimensions (Holm)
  std::int64_t better = 0, worse = 0, equal = 0;  // prompts where b is better than a; a measure without direction counts equal only
};
struct Comparison {
  std::vector<PairedDifference> dimensions = {};
  std::vector<NamedProblem> left_out = {};  // clips or dimensions that only one side has
};
// Pairs rows by dimension, prompt and sample (no suite: by clip path).
GALLOP_API Comparison compare(const Results& a, const Results& b, const CompareOptions& options = {});

}  // namespace v0
}  // namespace gallop
