// Vote filters F1 to F10. arena.md 3.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "arena/cells.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop {
namespace arena {
namespace {

constexpr double kFastest = 1.5, kWatchSeconds = 3, kWatchShare = 0.6;  // F3, F4
constexpr double kControlShare = 0.7, kPositionP = 1e-6;                // F8, F9
constexpr int kControlsSeen = 5, kDecisiveVotes = 20, kVoterVotes = 5, kVoterHistory = 100;
constexpr double kFrequentShare = 0.9999;  // F7

class Filters {
 public:
  Filters(const FilterColumns& columns, const FilterOptions& options) : c_(columns), o_(options), count_(columns.votes.left.size()) {
    result_.keep.assign(count_, 1);
  }
  FilterResult run() {
    rule("F1", o_.blind, !c_.leaked.empty(), [&] { drop_if([&](std::size_t k) { return c_.leaked[k] != 0; }); });
    rule("F2", o_.media, !c_.failed_media.empty(), [&] { drop_if([&](std::size_t k) { return c_.failed_media[k] != 0; }); });
    rule("F3", o_.watch, !c_.watch_left.empty() && !c_.watch_right.empty(), [&] {
      drop_if([&](std::size_t k) {
        return rated(k) && (unwatched(c_.watch_left, c_.duration_left, k) || unwatched(c_.watch_right, c_.duration_right, k));
      });
    });
    rule("F4", o_.fast, !c_.decision_seconds.empty() || !c_.time.empty(),
         [&] { drop_if([&](std::size_t k) { return rated(k) && impossible(k); }); });
    rule("F5", o_.daily_cap > 0, has_voter() && !c_.time.empty(), [&] { daily_cap(); });
    rule("F6", o_.duplicates, has_voter() && !c_.clip_left.empty() && !c_.clip_right.empty(), [&] { duplicates(); });
    rule("F7", o_.frequent_prompts, !c_.votes.prompt.empty(), [&] { frequent_prompts(); });
    rule("F8", o_.controls, has_voter() && !c_.control.empty(), [&] { controls(); });
    rule("F9", o_.position, has_voter(), [&] { position(); });
    rule("F10", o_.anomalous, has_voter(), [&] { anomalous(); });
    return std::move(result_);
  }

 private:
  bool has_voter() const { return !c_.votes.voter.empty(); }
  template <class Apply>
  void rule(const char* id, bool wanted, bool possible, const Apply& apply) {
    if (!wanted) return;
    if (!possible) {
      result_.not_applied.emplace_back(id);
      return;
    }
    const auto before = std::accumulate(result_.keep.begin(), result_.keep.end(), std::int64_t{0});
    apply();
    result_.removed.emplace_back(id, before - std::accumulate(result_.keep.begin(), result_.keep.end(), std::int64_t{0}));
  }
  template <class Test>
  void drop_if(const Test& test) {
    for (std::size_t k = 0; k < count_; ++k)
      if (result_.keep[k] && test(k)) result_.keep[k] = 0;
  }
  void drop_voters(const std::map<std::uint32_t, bool>& bad) {
    drop_if([&](std::size_t k) { return bad.contains(c_.votes.voter[k]); });
  }
  // A skipped pair says nothing and is never rated: its times are nobody's fault.
  bool rated(std::size_t k) const { return c_.votes.outcome[k] != static_cast<std::uint8_t>(Outcome::skip); }
  static bool unwatched(std::span<const double> watched, std::span<const double> duration, std::size_t k) {
    const double needed = duration.empty() ? kWatchSeconds : std::min(kWatchSeconds, kWatchShare * duration[k]);
    return !(watched[k] >= needed);  // an unknown time is not a watched one
  }
  bool impossible(std::size_t k) const {
    if (!c_.decision_seconds.empty() && !(c_.decision_seconds[k] >= kFastest)) return true;
    return !c_.time.empty() && !(c_.time[k] > 0 && c_.time[k] < 1e11);
  }
  // Kept votes in time order where times are known, else in file order.
  std::vector<std::size_t> in_order() const {
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < count_; ++k)
      if (result_.keep[k]) order.push_back(k);
    if (!c_.time.empty()) std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return c_.time[a] < c_.time[b]; });
    return order;
  }
  void daily_cap() {
    std::map<std::pair<std::uint32_t, std::int64_t>, int> seen;
    for (const auto k : in_order())
      if (++seen[{c_.votes.voter[k], static_cast<std::int64_t>(std::floor(c_.time[k] / 86400))}] > o_.daily_cap) result_.keep[k] = 0;
  }
  void duplicates() {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, bool> seen;
    for (const auto k : in_order()) {
      const auto [low, high] = std::minmax(c_.clip_left[k], c_.clip_right[k]);
      if (!seen.emplace(std::tuple(c_.votes.voter[k], low, high), true).second) result_.keep[k] = 0;
    }
  }
  void frequent_prompts() {
    std::map<std::uint32_t, std::vector<std::size_t>> by_prompt;
    for (const auto k : in_order()) by_prompt[c_.votes.prompt[k]].push_back(k);
    std::vector<double> sizes;
    for (const auto& [prompt, votes] : by_prompt) sizes.push_back(static_cast<double>(votes.size()));
    if (sizes.empty()) return;
    const auto most = static_cast<std::size_t>(percentile(sizes, kFrequentShare));
    for (auto& [prompt, votes] : by_prompt) {
      RandomStream random(o_.seed, prompt);
      while (votes.size() > std::max<std::size_t>(most, 1)) {  // thinned at random to the bound
        const auto at = random.below(votes.size());
        result_.keep[votes[at]] = 0;
        votes[at] = votes.back();
        votes.pop_back();
      }
    }
  }
  void controls() {
    std::map<std::uint32_t, std::pair<int, int>> seen;  // right, all
    for (const auto k : in_order()) {
      if (c_.control[k] > 4) continue;
      auto& [right, all] = seen[c_.votes.voter[k]];
      right += c_.votes.outcome[k] == c_.control[k];
      ++all;
    }
    std::map<std::uint32_t, bool> bad;
    for (const auto& [voter, score] : seen)
      if (score.second >= kControlsSeen && score.first < kControlShare * score.second) bad[voter] = true;
    drop_voters(bad);
  }
  void position() {
    std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> seen;  // left, decisive
    for (const auto k : in_order()) {
      if (c_.votes.outcome[k] > 1) continue;
      seen[c_.votes.voter[k]].first += c_.votes.outcome[k] == 0;
      ++seen[c_.votes.voter[k]].second;
    }
    std::map<std::uint32_t, bool> bad;
    for (const auto& [voter, sides] : seen)
      if (sides.second >= kDecisiveVotes && binomial_two_sided(sides.first, sides.second) < kPositionP) bad[voter] = true;
    drop_voters(bad);
  }
  // Sequential test of each voter against the decisive history of the pairs that the others made.
  void anomalous() {
    struct History {
      double wins = 0, losses = 0;
    };
    struct Voter {
      double upper = 1, lower = 1;
      int votes = 0;
      bool flagged = false;
    };
    std::map<std::uint64_t, History> pairs;
    std::map<std::uint32_t, Voter> voters;
    for (const auto k : in_order()) {
      const double left = left_share(c_.votes, k, {});
      if (left < 0) continue;
      const auto a = c_.votes.left[k], b = c_.votes.right[k];
      const double value = a < b ? left : 1 - left;
      auto& history = pairs[(std::uint64_t{std::min(a, b)} << 32) | std::max(a, b)];
      auto& voter = voters[c_.votes.voter[k]];
      const double size = history.wins + history.losses;
      if (++voter.votes <= kVoterHistory && size > 0) {
        const double floor = 1 / (size + 1);
        const double at_most = ((value >= 0 ? history.losses : 0) + (value >= 1 ? history.wins : 0)) / size;
        const double at_least = ((value <= 0 ? history.losses : 0) + (value <= 1 ? history.wins : 0)) / size;
        voter.upper /= 2 * std::max(at_most, floor);
        voter.lower /= 2 * std::max(at_least, floor);
        voter.flagged = voter.flagged || std::max(voter.upper, voter.lower) > 1 / o_.alpha;
      }
      if (value == 1) ++history.wins;
      if (value == 0) ++history.losses;
    }
    std::map<std::uint32_t, bool> bad;
    for (const auto& [id, voter] : voters)
      if (voter.flagged && voter.votes >= kVoterVotes) bad[id] = true;
    drop_voters(bad);
  }

  const FilterColumns& c_;
  const FilterOptions& o_;
  std::size_t count_;
  FilterResult result_;
};

void check_length(std::size_t size, std::size_t votes, const char* name) {
  GALLOP_CHECK(size == 0 || size == votes, InvalidArgument, "{}: {} entries, expected {} or none", name, size, votes);
}

}  // namespace
}  // namespace arena

inline namespace v0 {

FilterResult filter_votes(const FilterColumns& columns, const FilterOptions& options) {
  using namespace arena;
  check_columns(columns.votes);
  const std::size_t n = columns.votes.left.size();
  check_length(columns.leaked.size(), n, "leaked");
  check_length(columns.failed_media.size(), n, "failed_media");
  check_length(columns.watch_left.size(), n, "watch_left");
  check_length(columns.watch_right.size(), n, "watch_right");
  check_length(columns.duration_left.size(), n, "duration_left");
  check_length(columns.duration_right.size(), n, "duration_right");
  check_length(columns.decision_seconds.size(), n, "decision_seconds");
  check_length(columns.time.size(), n, "time");
  check_length(columns.clip_left.size(), n, "clip_left");
  check_length(columns.clip_right.size(), n, "clip_right");
  check_length(columns.control.size(), n, "control");
  GALLOP_CHECK(columns.votes.outcome.size() == n, InvalidArgument, "votes.outcome: {} entries, expected {}: filters need outcomes",
               columns.votes.outcome.size(), n);
  GALLOP_CHECK(options.alpha > 0 && options.alpha < 1, InvalidArgument, "alpha: {}, expected between 0 and 1", options.alpha);
  return Filters(columns, options).run();
}

}  // namespace v0
}  // namespace gallop
