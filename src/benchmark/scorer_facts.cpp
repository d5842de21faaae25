#include "benchmark/scorer_facts.h"

#include "base/check.h"
#include "benchmark/canonical_json.h"

namespace gallop::benchmark {

std::string settings_of(const ScorerFacts& facts) {
  return canonical({{"dimension", facts.dimension},
                    {"evaluator", facts.version},
                    {"library", facts.library},
                    {"weights", facts.weights_sha256},
                    {"reader", facts.reader},
                    {"dtype", facts.dtype},
                    {"device", facts.device}});
}

ScorerFacts facts_of(const std::string& settings) {
  const auto json = base::parse_json(settings, "ledger settings");
  try {
    return {.dimension = json.at("dimension"),
            .version = json.at("evaluator"),
            .library = json.at("library"),
            .weights_sha256 = json.at("weights"),
            .reader = json.at("reader"),
            .dtype = json.at("dtype"),
            .device = json.at("device")};
  } catch (const base::Json::exception& error) {
    throw FormatError(fmt::format("ledger: the settings of a result have another shape than expected ({}); use the version that wrote them",
                                  error.what()));
  }
}

}  // namespace gallop::benchmark
