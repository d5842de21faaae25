#include "models/tag2text/beam_search.h"

#include <algorithm>
#include <limits>

namespace gallop::models::tag2text {

BeamSearch::BeamSearch(const BeamRules& rules, const std::vector<std::int64_t>& prompt)
    : rules_(rules), beams_(static_cast<std::size_t>(rules.beams), prompt), scores_(static_cast<std::size_t>(rules.beams), -1e9F) {
  // All beams start equal: only the first may be continued.
  scores_.front() = 0.0F;
}

void BeamSearch::finish(std::vector<Finished>& list, const std::vector<std::int64_t>& ids, float score) const {
  const auto worst = [&] {
    return std::min_element(list.begin(), list.end(), [](const Finished& a, const Finished& b) { return a.value < b.value; });
  };
  const auto room = static_cast<std::size_t>(rules_.beams);
  const double value = static_cast<double>(score) / static_cast<double>(ids.size());
  if (list.size() >= room && value <= worst()->value) return;
  list.push_back({ids, value});
  if (list.size() > room) list.erase(worst());
}

bool BeamSearch::advance(std::span<const Candidate> best) {
  const auto wanted = static_cast<std::size_t>(rules_.beams);
  sources_.clear();
  tokens_.clear();
  scores_.clear();
  std::vector<std::vector<std::int64_t>> next;
  for (std::size_t rank = 0; rank < best.size() && next.size() < wanted; ++rank) {
    const auto& candidate = best[rank];
    const auto& source = beams_[static_cast<std::size_t>(candidate.beam)];
    if (candidate.token == rules_.end) {
      if (rank < wanted) finish(finished_, source, candidate.score);
      continue;
    }
    next.push_back(source);
    next.back().push_back(candidate.token);
    sources_.push_back(candidate.beam);
    tokens_.push_back(candidate.token);
    scores_.push_back(candidate.score);
  }
  beams_ = std::move(next);
  if (finished_.size() == wanted) {
    double worst = std::numeric_limits<double>::infinity();
    for (const auto& sentence : finished_) worst = std::min(worst, sentence.value);
    stopped_ = worst >= static_cast<double>(best.front().score) / static_cast<double>(length());
  }
  return !stopped_ && length() < rules_.longest;
}

std::vector<std::int64_t> BeamSearch::result() const {
  auto list = finished_;
  if (!stopped_)
    for (std::size_t i = 0; i < beams_.size(); ++i) finish(list, beams_[i], scores_[i]);
  const Finished* best = &list.front();
  for (const auto& sentence : list)
    if (sentence.value >= best->value) best = &sentence;  // of equals the last
  return best->ids;
}

}  // namespace gallop::models::tag2text
