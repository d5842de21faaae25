#include "benchmark/card_schema.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/names.h"

namespace gallop::benchmark {
namespace {

// Leaves: "text", "number", "count", "flag", "sha256", "any", "time", or "a|b|c" for one of several words; each but "time" may be null.
// A list of one is a list of these; an object with the one key "*" maps free names to one shape.
const base::Json& schema() {
  static const base::Json shape = base::Json::parse(R"({
    "kind": "automatic|arena|agreement", "created": "time",
    "benchmark": {"name": "text", "version": "text", "suite_sha256": "sha256", "dimensions": ["text"]},
    "model": {"name": "text", "version": "text", "maker": "text", "accessibility": "open|api|closed", "released": "flag",
              "weights_sha256": ["sha256"], "endpoint": "text", "private_variants_tested": "count"},
    "sampling": {"party": "text", "contact": "text", "independent": "flag", "date_from": "text", "date_to": "text", "prompts_sha256": "sha256",
                 "prompt_rewrite": {"used": "flag", "method": "text", "text_sha256": "sha256"}, "seeds": {"rule": "text", "list_sha256": "sha256"},
                 "settings": {"width": "count", "height": "count", "frames": "count", "fps": "number", "steps": "count", "guidance": "number",
                              "sampler": "text", "precision": "text", "extra": "any"},
                 "hardware": "text", "software": "text", "retries_allowed": "count", "selection": "text"},
    "media": {"manifest_sha256": "sha256", "count": "count", "bytes": "count", "missing": ["text"], "undecodable": ["text"], "c2pa_present": "count"},
    "evaluation": {"party": "text", "independent": "flag", "library": {"name": "text", "version": "text", "commit": "text", "build": "text"},
                   "scorers": [{"dimension": "text", "id": "text", "weights_sha256": ["sha256"], "preprocessing_version": "text"}],
                   "mode": "deterministic|fast", "device": "text", "driver": "text", "threads": "count", "shards": "count", "started": "text",
                   "finished": "text", "failures_policy": "fail|score_zero|drop"},
    "results": {"per_dimension": {"*": {"value": "number", "n": "count", "se": "number", "ci95": ["number"]}},
                "aggregates": {"*": {"value": "number", "formula_id": "text"}}, "per_clip_sha256": "sha256"},
    "votes": {"file_sha256": "sha256", "count": "count", "voters": "count", "filters": {"*": "count"}, "both_bad_policy": "text", "reweighted": "flag",
              "estimator": "text", "interval": "text", "sampling_rule": "text", "sampling_rate": "number"},
    "deviations": [{"id": "text", "text": "text", "affects": ["text"]}],
    "label": {"scheme": "text", "value": "verified|evaluated|self-reported|unknown", "derived": "flag"},
    "supersedes": "sha256", "statements": "text"})");
  return shape;
}

bool is_digest(const base::Json& value) {
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// YYYY-MM-DDThh:mm:ssZ
bool is_time(const std::string& text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  return true;
}

bool fits_leaf(const std::string& kind, const base::Json& value) {
  if (kind == "time") return value.is_string() && is_time(value.get<std::string>());
  if (value.is_null() || kind == "any") return true;
  if (kind == "text") return value.is_string();
  if (kind == "number") return value.is_number();
  if (kind == "count") return value.is_number_integer() && value >= 0;
  if (kind == "flag") return value.is_boolean();
  if (kind == "sha256") return value.is_string() && is_digest(value);
  return value.is_string() && ("|" + kind + "|").find("|" + value.get<std::string>() + "|") != std::string::npos;
}

std::string misfit(const base::Json& shape, const base::Json& value, const std::string& path) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (shape.is_string()) return fits_leaf(shape, value) ? "" : fmt::format("{}: expected {}", path, shape.get<std::string>());
  if (value.is_null())
    return path == "votes" || shape.is_array() || path.find('.') != std::string::npos ? "" : fmt::format("{}: must not be null", path);
  if (shape.is_array()) {
    if (!value.is_array()) return fmt::format("{}: expected a list", path);
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto found = misfit(shape.front(), value[i], fmt::format("{}.{}", path, i)); !found.empty()) return found;
    return "";
  }
  if (!value.is_object()) return fmt::format("{}: expected an object", path.empty() ? "card" : path);
  const bool free = shape.contains("*");
  for (const auto& [key, entry] : value.items()) {
    if (!free && !shape.contains(key)) return fmt::format("{}: unknown key", below(base::quote(key)));
    if (auto found = misfit(free ? shape["*"] : shape[key], entry, below(key)); !found.empty()) return found;
  }
  if (!free)
    for (const auto& [key, entry] : shape.items())
      if (!value.contains(key)) return fmt::format("{}: absent (null when it does not apply)", below(key));
  return "";
}

base::Json filled(const base::Json& shape, const base::Json& part, const std::string& path) {
  if (!shape.is_object() || shape.contains("*")) return part;
  GALLOP_CHECK(part.is_object() || part.is_null(), InvalidArgument, "card facts: {}: expected an object", path);
  std::vector<std::string> known;
  for (const auto& [key, entry] : shape.items()) known.push_back(key);
  if (part.is_object())
    for (const auto& [key, entry] : part.items())
      GALLOP_CHECK(shape.contains(key), InvalidArgument, "card facts: {}.{} is not known{}", path, base::quote(key),
                   base::suggestion(key, known));
  base::Json out = base::Json::object();
  for (const auto& [key, entry] : shape.items()) {
    const bool given = part.is_object() && part.contains(key);
    if (entry.is_array() && !given)
      out[key] = base::Json::array();
    else
      out[key] = filled(entry, given ? part[key] : base::Json(nullptr), path + "." + key);
  }
  return out;
}

}  // namespace

std::string schema_misfit(const base::Json& card) { return misfit(schema(), card, ""); }

base::Json completed(const std::string& path, const base::Json& part) { return filled(schema().at(path), part, path); }

}  // namespace gallop::benchmark
