#include "support/wan_golden.h"

#include <cmath>
#include <limits>

#include "support/shared_data.h"

namespace gallop::test {

double distance(const at::Tensor& tensor, const base::Json& recorded) {
  const auto ours = summarize(tensor);
  if (ours.shape != recorded.at("shape").get<std::vector<std::int64_t>>()) return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  const auto see = [&](double a, double b) {
    const double gap = std::abs(a - b);
    worst = std::isnan(gap) ? std::numeric_limits<double>::infinity() : std::max(worst, gap);
  };
  const auto first = recorded.at("first8").get<std::vector<double>>(), last = recorded.at("last8").get<std::vector<double>>();
  if (first.size() != ours.first8.size() || last.size() != ours.last8.size()) return std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < first.size(); ++i) see(first[i], ours.first8[i]);
  for (std::size_t i = 0; i < last.size(); ++i) see(last[i], ours.last8[i]);
  see(recorded.at("mean"), ours.mean);
  see(recorded.at("mean_abs"), ours.mean_abs);
  see(recorded.at("proj"), ours.proj);
  return worst;
}

std::optional<base::Json> wan_golden(const std::string& name) {
  const auto file = shared_file("data/golden/wan/" + name);
  if (!file) return std::nullopt;
  return base::read_json(*file);
}

}  // namespace gallop::test
