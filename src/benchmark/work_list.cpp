#include "benchmark/work_list.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/names.h"
#include "benchmark/clip_names.h"
#include "benchmark/folder_index.h"
#include "evaluators/registry.h"

namespace gallop {
namespace benchmark {
namespace {

std::vector<std::string> known_dimensions() {
  std::vector<std::string> names;
  for (const auto& info : evaluators::list("")) names.push_back(info.name);
  return names;
}

// The plan's dimensions in the order of the suite; those of the suite that no evaluator measures are named.
std::vector<std::string> chosen_dimensions(const Suite& suite, const RunPlan& plan, Preflight& found) {
  const auto known = known_dimensions();
  const auto offered = suite.dimensions();
  const auto is_known = [&](const std::string& name) { return std::binary_search(known.begin(), known.end(), name); };
  for (const auto& name : plan.dimensions) {
    GALLOP_CHECK(std::find(offered.begin(), offered.end(), name) != offered.end(), InvalidArgument,
                 "run.dimensions: the suite {} has no {}{}", suite.name, base::quote(name), base::suggestion(name, offered));
    GALLOP_CHECK(is_known(name), InvalidArgument, "run.dimensions: {} is not measured by this build{}", base::quote(name),
                 base::suggestion(name, known));
  }
  std::vector<std::string> chosen;
  for (const auto& name : offered) {
    if (!is_known(name))
      found.unsupported.push_back({name, "no evaluator of this build measures it"});
    else if (plan.dimensions.empty() || std::find(plan.dimensions.begin(), plan.dimensions.end(), name) != plan.dimensions.end())
      chosen.push_back(name);
  }
  return chosen;
}

class Matcher {
 public:
  Matcher(const Suite& suite, const RunPlan& plan, WorkList& list)
      : suite_(suite), plan_(plan), list_(list), index_(plan.videos), wanted_(list.dimensions.begin(), list.dimensions.end()) {}

  void match() {
    for (std::size_t number = 0; number < suite_.records.size(); ++number) {
      const auto& record = suite_.records[number];
      const int samples = record.file.empty() ? suite_.samples : 1;
      for (int sample = 0; sample < samples; ++sample) match_clip(number, record, sample);
    }
    for (const auto& [clip, reason] : reasons_)
      if (reason.empty()) ++list_.found.clips;
    std::sort(list_.found.unreadable.begin(), list_.found.unreadable.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    name_the_rest();
  }

 private:
  std::string locate(const SuiteRecord& record, int sample, const std::string& dimension) const {
    if (record.file.empty()) return index_.find(folder_of(dimension), suite_.clip_stem(record, sample));
    // A suite's own path may lie deeper than the index looks.
    std::error_code error;
    return index_.holds(record.file) || std::filesystem::is_regular_file(plan_.videos / record.file, error) ? record.file : "";
  }

  const std::string& reason_of(const std::string& clip) {
    const auto [found, fresh] = reasons_.try_emplace(clip);
    if (fresh) {
      found->second = is_safe_relative(clip) ? unreadable_reason(plan_.videos / clip) : "its name is not UTF-8 or holds control characters";
      if (!found->second.empty()) list_.found.unreadable.push_back({clip, found->second});
    }
    return found->second;
  }

  void match_clip(std::size_t number, const SuiteRecord& record, int sample) {
    std::vector<WorkUnit> units;
    for (const auto& dimension : record.dimensions) {
      if (!wanted_.contains(dimension)) continue;
      Item item{.dimension = dimension, .clip = locate(record, sample, dimension), .record = number, .sample = sample};
      if (item.clip.empty()) {
        item.state = RowState::missing;
        item.clip = record.file.empty() ? suite_.clip_stem(record, sample) : record.file;
        if (list_.found.missing.empty() || list_.found.missing.back() != item.clip) list_.found.missing.push_back(item.clip);
      } else if (const auto& reason = reason_of(item.clip); !reason.empty()) {
        item.state = RowState::problem;
        item.reason = reason;
      } else {
        join(units, item, record);
      }
      list_.items.push_back(std::move(item));
    }
    for (auto& unit : units) list_.found.units.push_back(std::move(unit));
  }

  // A score depends on nothing but its own dimension's labels, so only dimensions with equal labels share a pass.
  static void join(std::vector<WorkUnit>& units, const Item& item, const SuiteRecord& record) {
    const auto& labels = labels_of(record, item.dimension);
    for (auto& unit : units) {
      if (unit.clip != item.clip || unit.labels != labels) continue;
      unit.dimensions.push_back(item.dimension);
      return;
    }
    units.push_back({.record = item.record,
                     .sample = item.sample,
                     .clip = item.clip,
                     .prompt = record.prompt,
                     .labels = labels,
                     .image = record.image,
                     .dimensions = {item.dimension}});
  }

  // Clips that no record asked for: near misses are told from strangers.
  void name_the_rest() {
    std::unordered_map<std::string, const SuiteRecord*> by_folded;
    std::set<std::string> stems;
    for (const auto& record : suite_.records) {
      by_folded.emplace(folded(record.prompt), &record);
      stems.insert(stem_of(record.prompt));
    }
    for (const auto& file : index_.files()) {
      if (reasons_.contains(file)) continue;
      const auto parts = split_stem(std::filesystem::path(file).stem().string());
      const auto near = by_folded.find(folded(parts ? parts->prompt : std::filesystem::path(file).stem().string()));
      const bool exact = parts && stems.contains(parts->prompt);
      if (exact || near == by_folded.end() || (parts && parts->sample >= suite_.samples))
        list_.found.unused.push_back(file);
      else
        list_.found.misnamed.push_back({file, suite_.clip_stem(*near->second, parts ? parts->sample : 0)});
    }
  }

  const Suite& suite_;
  const RunPlan& plan_;
  WorkList& list_;
  FolderIndex index_;
  std::set<std::string> wanted_;
  std::unordered_map<std::string, std::string> reasons_;  // looked-at clip -> why it is unreadable
};

// Equal dimension sets together, so that a panel is loaded once; then dealt to the shards within each group.
void order_and_deal(std::vector<WorkUnit>& units, const Shard& shard) {
  std::map<std::vector<std::string>, std::size_t> rank, dealt;
  for (const auto& unit : units) rank.emplace(unit.dimensions, rank.size());
  std::stable_sort(units.begin(), units.end(), [&](const auto& a, const auto& b) { return rank[a.dimensions] < rank[b.dimensions]; });
  const auto mine = [&](const WorkUnit& unit) {
    return static_cast<int>(dealt[unit.dimensions]++ % static_cast<std::size_t>(shard.count)) == shard.index;
  };
  std::erase_if(units, [&](const auto& unit) { return !mine(unit); });
}

}  // namespace

const std::map<std::string, std::string>& labels_of(const SuiteRecord& record, const std::string& dimension) {
  static const std::map<std::string, std::string> none;
  const auto found = record.labels.find(dimension);
  return found == record.labels.end() ? none : found->second;
}

WorkList make_work_list(const Suite& suite, const RunPlan& plan) {
  GALLOP_CHECK(plan.shard.count >= 1 && plan.shard.index >= 0 && plan.shard.index < plan.shard.count, InvalidArgument,
               "run.shard: {}/{} is not 0 to {} of {}; shards count from 0", plan.shard.index, plan.shard.count, plan.shard.count - 1,
               plan.shard.count);
  WorkList list;
  list.dimensions = chosen_dimensions(suite, plan, list.found);
  Matcher(suite, plan, list).match();
  order_and_deal(list.found.units, plan.shard);
  return list;
}

}  // namespace benchmark

inline namespace v0 {

GALLOP_API Shard Shard::parse(std::string_view text) {
  const auto slash = text.find('/');
  Shard shard;
  const auto number = [&](std::string_view part, int& out) {
    const auto [at, error] = std::from_chars(part.data(), part.data() + part.size(), out);
    return error == std::errc() && at == part.data() + part.size() && !part.empty();
  };
  GALLOP_CHECK(slash != text.npos && number(text.substr(0, slash), shard.index) && number(text.substr(slash + 1), shard.count),
               InvalidArgument, "shard: {}, expected INDEX/COUNT such as 0/8", base::quote(text));
  GALLOP_CHECK(shard.count >= 1 && shard.index >= 0 && shard.index < shard.count, InvalidArgument,
               "shard: {}: the index counts from 0 to {}", base::quote(text), shard.count - 1);
  return shard;
}

std::string_view name_of(RowState state) noexcept {
  switch (state) {
    case RowState::scored:
      return "scored";
    case RowState::problem:
      return "problem";
    case RowState::missing:
      return "missing";
    case RowState::pending:
      return "pending";
  }
  return "pending";
}

}  // namespace v0
}  // namespace gallop
