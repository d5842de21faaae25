// Labels from parties (arena.md 15.2).
#include "base/check.h"
#include "base/json.h"
#include "base/names.h"
#include "benchmark/card.h"

namespace gallop {
namespace benchmark {
namespace {

std::string party(const base::Json& card, const char* part) {
  const auto& value = card.at(part).at("party");
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace

std::string label_of(const base::Json& card, const std::set<std::string>& absent_parties) {
  const auto maker = card.at("model").at("maker").is_string() ? card.at("model").at("maker").get<std::string>() : std::string();
  const auto sampler = party(card, "sampling"), evaluator = party(card, "evaluation");
  if (maker.empty() || sampler.empty() || evaluator.empty()) return "unknown";
  if (absent_parties.contains(sampler) || absent_parties.contains(evaluator)) return "unknown";
  if (evaluator == maker) return "self-reported";
  // Another name than the maker's is not yet independence: it has to be claimed, and whoever claims it signs.
  if (card.at("evaluation").at("independent") != true) return "unknown";
  if (sampler == maker) return "evaluated";
  const bool whole = card.at("media").at("missing").empty() && card.at("media").at("undecodable").empty();
  const bool nothing_dropped = whole || card.at("evaluation").at("failures_policy") != "drop";
  return sampler == evaluator && card.at("sampling").at("independent") == true && nothing_dropped ? "verified" : "unknown";
}

}  // namespace benchmark

inline namespace v0 {

std::string label_word(std::string_view label, std::string_view scheme) {
  struct Row {
    std::string_view scheme, verified, evaluated;
  };
  constexpr Row kRows[] = {{"ours/1", "verified", "evaluated"},
                           {"vbench-board/2026-10", "Gold", "Silver"},
                           {"vbench-space/513a458", "Platinum", "Gold"},
                           {"press/2026-04", "gold", "bronze"}};
  for (const auto& row : kRows) {
    if (row.scheme != scheme) continue;
    if (label == "verified") return std::string(row.verified);
    if (label == "evaluated") return std::string(row.evaluated);
    GALLOP_CHECK(label == "self-reported" || label == "unknown", InvalidArgument,
                 "label: {} is none of verified, evaluated, self-reported, unknown", base::quote(label));
    return scheme == "ours/1" ? std::string(label) : "none";
  }
  throw InvalidArgument(fmt::format(
      "label scheme: {} is not known; known: ours/1, vbench-board/2026-10, vbench-space/513a458, press/2026-04", base::quote(scheme)));
}

}  // namespace v0
}  // namespace gallop
