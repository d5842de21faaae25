#include "benchmark/payload.h"

#include "base/check.h"
#include "benchmark/canonical_json.h"

namespace gallop::benchmark {

std::string payload_of(const Score& score) {
  base::Json parts = base::Json::array(), details = base::Json::object(), flags = base::Json::array();
  for (const double part : score.parts) parts.push_back(json_number(part));
  for (const auto& [name, value] : score.details) details[name] = json_number(value);
  // Decoders quote what they met; what is no UTF-8 is shown replaced.
  for (const auto& flag : score.flags)
    flags.push_back(base::Json::parse(base::Json(flag).dump(-1, ' ', false, base::Json::error_handler_t::replace)));
  return canonical({{"value", json_number(score.value)}, {"parts", parts}, {"details", details}, {"flags", flags}});
}

Score score_of(const std::string& dimension, const std::string& payload) {
  const auto json = base::parse_json(payload, "ledger result");
  try {
    Score score{.dimension = dimension, .value = number_of(json.at("value"))};
    for (const auto& part : json.at("parts")) score.parts.push_back(number_of(part));
    for (const auto& [name, value] : json.at("details").items()) score.details[name] = number_of(value);
    score.flags = json.at("flags").get<std::vector<std::string>>();
    return score;
  } catch (const base::Json::exception& error) {
    throw FormatError(
        fmt::format("ledger: a result of {} has another shape than expected ({}); use the version that wrote it", dimension, error.what()));
  }
}

}  // namespace gallop::benchmark
