// From a run's results to its card.
#include "benchmark/card.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <span>

#include "base/check.h"
#include "base/hash.h"
#include "base/names.h"
#include "benchmark/canonical_json.h"
#include "benchmark/card_schema.h"
#include "gallop/version.h"

namespace gallop::benchmark {
namespace {

std::string sha256_of(std::string_view text) { return base::sha256_hex(text); }

std::string utc_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

std::string creation_time(std::string_view created) {
  if (!created.empty()) return std::string(created);
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"); epoch != nullptr) {
    std::int64_t seconds = 0;
    const std::string_view text(epoch);
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    GALLOP_CHECK(error == std::errc() && at == text.data() + text.size() && seconds >= 0, InvalidArgument,
                 "SOURCE_DATE_EPOCH: {} is no number of seconds", base::quote(text));
    return utc_text(seconds);
  }
  return utc_text(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

// Clip -> digest of everything that was scored.
std::map<std::string, std::string> clips_of(const Results& results) {
  std::map<std::string, std::string> clips;
  for (const auto& row : results.rows)
    if (!row.clip_sha256.empty()) clips[row.clip] = row.clip_sha256;
  return clips;
}

base::Json media_part(const Results& results) {
  std::set<std::string> missing, undecodable;
  for (const auto& row : results.rows) {
    if (row.state == RowState::missing) missing.insert(row.clip);
    if (row.state == RowState::problem) undecodable.insert(row.clip);
  }
  std::int64_t bytes = 0, credentials = 0;
  bool all_there = true;
  const auto clips = clips_of(results);
  for (const auto& [clip, digest] : clips) {
    const auto file = std::filesystem::path(results.videos) / clip;
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    all_there = all_there && !error;
    bytes += error ? 0 : static_cast<std::int64_t>(size);
    credentials += !error && has_c2pa(file) ? 1 : 0;
  }
  const auto or_null = [&](std::int64_t number) { return all_there ? base::Json(number) : base::Json(nullptr); };
  return {{"manifest_sha256", sha256_of(manifest_of(results))},
          {"count", clips.size()},
          {"bytes", or_null(bytes)},
          {"missing", missing},
          {"undecodable", undecodable},
          {"c2pa_present", or_null(credentials)}};
}

base::Json results_part(const Results& results) {
  base::Json dimensions = base::Json::object(), aggregates = base::Json::object();
  const auto number = [](double value) { return std::isfinite(value) ? base::Json(value) : base::Json(nullptr); };
  for (const auto& d : results.dimensions)
    dimensions[d.dimension] = {{"value", number(d.estimate.value)},
                               {"n", d.scored - d.dropped},
                               {"se", number(d.estimate.se)},
                               {"ci95", {number(d.estimate.low), number(d.estimate.high)}}};
  for (const auto& a : results.aggregates)
    if (a.estimate) aggregates[a.name] = {{"value", number(a.estimate->value)}, {"formula_id", a.formula}};
  return {{"per_dimension", dimensions}, {"aggregates", aggregates}, {"per_clip_sha256", sha256_of(results.per_clip_jsonl())}};
}

base::Json scorers_part(const Results& results) {
  base::Json scorers = base::Json::array();
  for (const auto& s : results.scorers)
    scorers.push_back({{"dimension", s.dimension},
                       {"id", fmt::format("gallop/{}/{}", s.dimension, s.version)},
                       {"weights_sha256", s.weights_sha256},
                       {"preprocessing_version", fmt::format("gallop {} reader {}", s.library, s.reader.empty() ? "own" : s.reader)}});
  return scorers;
}

void add_deviation(base::Json& list, const char* id, std::string text, const std::vector<std::string>& affects) {
  for (const auto& entry : list)
    if (entry.is_object() && entry.value("id", "") == id) return;
  list.push_back({{"id", id}, {"text", std::move(text)}, {"affects", affects}});
}

base::Json deviations_part(const Results& results, base::Json list) {
  if (list.is_null()) list = base::Json::array();
  std::vector<std::string> all, incomplete;
  std::int64_t absent = 0;
  for (const auto& d : results.dimensions) {
    all.push_back(d.dimension);
    if (!d.complete()) incomplete.push_back(d.dimension);
    absent += d.missing + d.problems + d.pending;
  }
  const bool published = results.suite == "vbench" || results.suite == "vbench-i2v";
  if (published && !results.official) add_deviation(list, "D1", "the prompt file is not the published one", all);
  if (published && results.samples < 5) add_deviation(list, "D2", fmt::format("{} clips a prompt instead of 5", results.samples), all);
  if (absent > 0) add_deviation(list, "D7", fmt::format("{} clip-dimensions have no score", absent), incomplete);
  return list;
}

// What only people know, by the names of the schema.
class Facts {
 public:
  explicit Facts(std::string_view text) : facts_(text.empty() ? base::Json::object() : base::parse_json(text, "card facts")) {
    GALLOP_CHECK(facts_.is_object(), InvalidArgument, "card facts: expected an object");
    const std::vector<std::string> known = {"deviations", "evaluation", "model", "sampling", "statements", "supersedes"};
    for (const auto& [key, value] : facts_.items())
      GALLOP_CHECK(std::find(known.begin(), known.end(), key) != known.end(), InvalidArgument, "card facts: {} is not known{}",
                   base::quote(key), base::suggestion(key, known));
  }
  base::Json at(const char* key) const { return facts_.contains(key) ? facts_.at(key) : base::Json(nullptr); }

 private:
  base::Json facts_;
};

// The parts that every kind of card has.
base::Json started_card(const char* kind, const Facts& facts, std::string_view created) {
  base::Json card = {
      {"kind", kind}, {"created", creation_time(created)}, {"supersedes", facts.at("supersedes")}, {"statements", facts.at("statements")}};
  for (const char* part : {"model", "sampling", "evaluation"}) card[part] = completed(part, facts.at(part));
  auto& evaluation = card["evaluation"];
  evaluation["library"]["name"] = "gallop";
  evaluation["library"]["version"] = GALLOP_VERSION;
  if (evaluation["mode"].is_null()) evaluation["mode"] = "deterministic";
  return card;
}

std::string finished(base::Json card) {
  card["label"] = {{"scheme", "ours/1"}, {"value", label_of(card, {})}, {"derived", true}};
  const auto misfit = schema_misfit(card);
  GALLOP_CHECK(misfit.empty(), InvalidArgument, "card facts: {}", misfit);
  return canonical(card);
}

}  // namespace

std::string manifest_of(const Results& results) {
  std::string out;
  for (const auto& [clip, digest] : clips_of(results)) out += digest + "  " + clip + "\n";
  return out;
}

std::string make_card(const Results& results, std::string_view facts_text, std::string_view created) {
  const Facts facts(facts_text);
  std::vector<std::string> dimensions;
  for (const auto& d : results.dimensions) dimensions.push_back(d.dimension);
  auto card = started_card("automatic", facts, created);
  card["votes"] = nullptr;
  card["benchmark"] = {
      {"name", results.suite}, {"version", results.suite_version}, {"suite_sha256", results.suite_sha256}, {"dimensions", dimensions}};
  card["media"] = media_part(results);
  auto& evaluation = card["evaluation"];
  if (evaluation["scorers"].empty()) evaluation["scorers"] = scorers_part(results);
  if (evaluation["failures_policy"].is_null()) evaluation["failures_policy"] = "fail";
  card["results"] = results_part(results);
  card["deviations"] = deviations_part(results, facts.at("deviations"));
  return finished(std::move(card));
}

std::string make_card(const BoardEntry& entry, const BoardVotes& votes, std::string_view facts_text, std::string_view created) {
  GALLOP_CHECK(std::isfinite(entry.rating) && std::isfinite(entry.se) && entry.low <= entry.rating && entry.rating <= entry.high,
               InvalidArgument, "card of {}: rating {} with interval {} to {} is no estimate", base::quote(entry.model), entry.rating,
               entry.low, entry.high);
  const Facts facts(facts_text);
  const auto or_null = [](const auto& value) { return value ? base::Json(*value) : base::Json(nullptr); };
  const auto text_or_null = [](const std::string& text) { return text.empty() ? base::Json(nullptr) : base::Json(text); };
  auto card = started_card("arena", facts, created);
  if (card["model"]["name"].is_null()) card["model"]["name"] = entry.model;
  card["benchmark"] = {{"name", entry.board}, {"version", nullptr}, {"suite_sha256", nullptr}, {"dimensions", {"rating"}}};
  card["media"] = completed("media", nullptr);
  card["results"] = {
      {"per_dimension", {{"rating", {{"value", entry.rating}, {"n", entry.votes}, {"se", entry.se}, {"ci95", {entry.low, entry.high}}}}}},
      {"aggregates", base::Json::object()},
      {"per_clip_sha256", nullptr}};
  card["votes"] = {{"file_sha256", votes.file_sha256},
                   {"count", votes.count},
                   {"voters", or_null(votes.voters)},
                   {"filters", votes.filters},
                   {"both_bad_policy", votes.both_bad_policy},
                   {"reweighted", votes.reweighted},
                   {"estimator", text_or_null(votes.estimator)},
                   {"interval", text_or_null(votes.interval)},
                   {"sampling_rule", text_or_null(votes.sampling_rule)},
                   {"sampling_rate", or_null(votes.sampling_rate)}};
  card["deviations"] = facts.at("deviations").is_null() ? base::Json::array() : facts.at("deviations");
  return finished(std::move(card));
}

}  // namespace gallop::benchmark
