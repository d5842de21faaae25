#include "benchmark/card_recompute.h"

#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

#include "base/check.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/names.h"
#include "benchmark/canonical_json.h"
#include "benchmark/clip_names.h"
#include "benchmark/estimates.h"
#include "benchmark/totals.h"

namespace gallop::benchmark {
namespace {

// Sums in another order than the run's may differ in the last digits.
constexpr double kTolerance = 1e-9;

bool close(double a, double b) { return std::abs(a - b) <= kTolerance * std::max(1.0, std::max(std::abs(a), std::abs(b))); }

}  // namespace

std::vector<ResultRow> read_per_clip(const std::filesystem::path& file) {
  const auto text = base::read_text(file);
  std::vector<ResultRow> rows;
  std::size_t start = 0, number = 0;
  while (start < text.size()) {
    ++number;
    const auto end = std::min(text.find('\n', start), text.size());
    const auto where = fmt::format("{}:{}", base::quote(file), number);
    const auto json = base::parse_json(std::string_view(text).substr(start, end - start), where);
    start = end + 1;
    try {
      ResultRow row{.dimension = json.at("dimension"),
                    .clip = json.at("path"),
                    .prompt = json.at("prompt"),
                    .sample = json.at("sample"),
                    .state = RowState::scored,
                    .clip_sha256 = json.at("sha256")};
      row.score.value = number_of(json.at("value"));
      for (const auto& part : json.at("parts")) row.score.parts.push_back(number_of(part));
      for (const auto& [name, value] : json.at("details").items()) row.score.details[name] = number_of(value);
      GALLOP_CHECK(is_safe_relative(row.clip), FormatError, "{}: the path {} would leave a folder", where, base::quote(row.clip));
      rows.push_back(std::move(row));
    } catch (const base::Json::exception& error) {
      throw FormatError(fmt::format("{}: is no row of a per-clip file: {}", where, error.what()));
    }
  }
  return rows;
}

std::vector<std::string> changed_clips(const std::filesystem::path& folder, const std::map<std::string, std::string>& digests) {
  const std::vector<std::pair<std::string, std::string>> clips(digests.begin(), digests.end());
  std::vector<char> bad(clips.size(), 0);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < clips.size(); i = next++) {
      try {
        bad[i] = base::sha256_file(folder / clips[i].first) != clips[i].second ? 1 : 0;
      } catch (const Error&) {
        bad[i] = 1;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(work);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < clips.size(); ++i)
    if (bad[i] != 0) names.push_back(clips[i].first);
  return names;
}

std::string dimension_misfit(const base::Json& card, const std::vector<ResultRow>& rows) {
  std::map<std::string, std::pair<Share, std::int64_t>> sums;
  for (const auto& row : rows) {
    const auto share = share_of(row);
    auto& [sum, count] = sums[row.dimension];
    sum.sum += share.sum;
    sum.count += share.count;
    count += is_dropped(row) ? 0 : 1;
  }
  for (const auto& [name, entry] : card.at("results").at("per_dimension").items()) {
    const auto& value = entry.at("value");
    const auto found = sums.find(name);
    if (found == sums.end() || found->second.first.count == 0.0) {
      if (!value.is_null()) return fmt::format("{}: the per-clip file has no row of it", name);
      continue;
    }
    const double own = found->second.first.sum / found->second.first.count / scale_of(name);
    if (!value.is_number() || !close(value.get<double>(), own))
      return fmt::format("{}: the card says {}, the rows give {}", name, value.dump(), own);
    if (entry.at("n") != found->second.second)
      return fmt::format("{}: the card says n = {}, the rows are {}", name, entry.at("n").dump(), found->second.second);
  }
  return "";
}

std::string aggregate_misfit(const base::Json& card) {
  const auto suite = card.at("benchmark").at("name").is_string() ? card.at("benchmark").at("name").get<std::string>() : std::string();
  const auto& dimensions = card.at("results").at("per_dimension");
  const auto values = aggregate(suite, [&](const std::string& name) -> std::optional<double> {
    return dimensions.contains(name) && dimensions.at(name).at("value").is_number()
               ? std::optional(dimensions.at(name).at("value").get<double>())
               : std::nullopt;
  });
  const auto rules = aggregate_rules(suite);
  for (const auto& [name, entry] : card.at("results").at("aggregates").items()) {
    std::optional<double> own;
    for (std::size_t i = 0; i < rules.size(); ++i)
      if (rules[i].name == name) own = values[i];
    if (!own) return fmt::format("{}: does not follow from the dimensions of the card", name);
    if (!entry.at("value").is_number() || !close(entry.at("value").get<double>(), *own))
      return fmt::format("{}: the card says {}, the dimensions give {}", name, entry.at("value").dump(), *own);
  }
  return "";
}

}  // namespace gallop::benchmark
