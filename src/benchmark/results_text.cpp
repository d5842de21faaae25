// Results as JSON, JSON lines and CSV: the same bytes for the same clips, however they were computed.
#include <cmath>

#include "base/check.h"
#include "base/json.h"
#include "benchmark/canonical_json.h"
#include "benchmark/estimates.h"
#include "gallop/benchmark.h"
#include "gallop/version.h"

namespace gallop {
namespace benchmark {
namespace {

base::OrderedJson number(double value) { return base::OrderedJson::parse(canonical(json_number(value))); }

base::OrderedJson estimate_json(const Estimate& estimate) {
  return {{"value", number(estimate.value)}, {"se", number(estimate.se)}, {"ci95", {number(estimate.low), number(estimate.high)}}};
}

base::OrderedJson dimension_json(const DimensionResult& d) {
  base::OrderedJson json = {{"dimension", d.dimension}};
  json.update(estimate_json(d.estimate));
  json["normalised"] = d.normalised ? number(*d.normalised) : base::OrderedJson(nullptr);
  json.update({{"scored", d.scored},
               {"problems", d.problems},
               {"missing", d.missing},
               {"pending", d.pending},
               {"dropped", d.dropped},
               {"prompts", d.prompts},
               {"complete", d.complete()}});
  return json;
}

base::OrderedJson aggregate_json(const Aggregate& a) {
  base::OrderedJson json = {{"name", a.name}, {"formula", a.formula}};
  if (a.estimate)
    json.update(estimate_json(*a.estimate));
  else
    json["value"] = nullptr;
  json["lacking"] = a.lacking;
  return json;
}

base::OrderedJson scorer_json(const ScorerFacts& s) {
  return {{"dimension", s.dimension}, {"evaluator", s.version}, {"gallop", s.library}, {"weights_sha256", s.weights_sha256},
          {"reader", s.reader},       {"dtype", s.dtype},       {"device", s.device}};
}

std::string safe(const std::string& text) {
  return base::Json::parse(base::Json(text).dump(-1, ' ', false, base::Json::error_handler_t::replace)).get<std::string>();
}

std::string csv_field(std::string text) {
  // A spreadsheet would run these as formulas.
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace
}  // namespace benchmark

inline namespace v0 {
using namespace benchmark;

std::string Results::to_json() const {
  base::OrderedJson json = {{"schema", "gallop/results-v1"}, {"gallop", GALLOP_VERSION}};
  json["suite"] = {{"name", suite},        {"version", suite_version}, {"sha256", suite_sha256},
                   {"official", official}, {"samples", samples},       {"prompts", records.size()}};
  json["complete"] = complete();
  json["dimensions"] = base::OrderedJson::array();
  for (const auto& d : dimensions) json["dimensions"].push_back(dimension_json(d));
  json["aggregates"] = base::OrderedJson::array();
  for (const auto& a : aggregates) json["aggregates"].push_back(aggregate_json(a));
  json["scorers"] = base::OrderedJson::array();
  for (const auto& s : scorers) json["scorers"].push_back(scorer_json(s));
  json["without_score"] = base::OrderedJson::array();
  for (const auto& row : rows) {
    if (row.state == RowState::scored) continue;
    base::OrderedJson entry = {{"dimension", row.dimension}, {"clip", row.clip}, {"state", name_of(row.state)}};
    if (row.state == RowState::problem) entry.update({{"kind", name_of(row.problem.kind)}, {"message", safe(row.problem.message)}});
    json["without_score"].push_back(std::move(entry));
  }
  return json.dump(1) + "\n";
}

std::string Results::per_clip_jsonl() const {
  std::string out;
  for (const auto& row : rows) {
    if (row.state != RowState::scored) continue;
    base::Json parts = base::Json::array(), details = base::Json::object();
    for (const double part : row.score.parts) parts.push_back(json_number(part));
    for (const auto& [name, value] : row.score.details) details[name] = json_number(value);
    out += canonical({{"dimension", row.dimension},
                      {"path", row.clip},
                      {"sha256", row.clip_sha256},
                      {"prompt", row.prompt},
                      {"sample", row.sample},
                      {"value", json_number(row.score.value)},
                      {"parts", parts},
                      {"details", details},
                      {"flags", row.score.flags},
                      {"key", row.key}}) +
           "\n";
  }
  return out;
}

std::string Results::to_csv() const {
  std::string out = "dimension,clip,sample,state,value,frames_or_pairs,prompt,reason\n";
  for (const auto& row : rows) {
    const bool scored = row.state == RowState::scored;
    const auto value = scored ? json_number(row.score.value) : base::Json(nullptr);
    out += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(row.dimension), csv_field(row.clip), row.sample, name_of(row.state),
                       value.is_null()     ? ""
                       : value.is_string() ? value.get<std::string>()
                                           : canonical(value),
                       scored ? row.score.parts.size() : 0, csv_field(row.prompt),
                       csv_field(row.state == RowState::problem ? safe(row.problem.message) : ""));
  }
  return out;
}

}  // namespace v0
}  // namespace gallop
