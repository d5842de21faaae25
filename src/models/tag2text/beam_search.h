// Beam search over one sentence, the rules alone (vbench.md 5.9.4): no network, so that they can be tested by hand.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gallop::models::tag2text {

struct BeamRules {
  std::int64_t beams = 3;
  std::int64_t longest = 30, shortest = 10;  // tokens, the prompt included
  std::int64_t end = 102;
};

// Used by one thread. Each round: offer the best 2 * beams continuations; then extend the network's state as `sources` and
// `tokens` say. Scores are float32, as the reference keeps them.
class BeamSearch {
 public:
  struct Candidate {
    float score = 0.0F;     // sum of log-probabilities with this token
    std::int64_t beam = 0;  // which beam it continues
    std::int64_t token = 0;
  };

  BeamSearch(const BeamRules& rules, const std::vector<std::int64_t>& prompt);
  // `best`: best first. Returns false when the search is over.
  bool advance(std::span<const Candidate> best);
  // For each beam: which one it continues, its new token, its score.
  const std::vector<std::int64_t>& sources() const { return sources_; }
  const std::vector<std::int64_t>& tokens() const { return tokens_; }
  const std::vector<float>& scores() const { return scores_; }
  std::int64_t length() const { return static_cast<std::int64_t>(beams_.front().size()); }
  // Whether the end token may come next.
  bool may_end() const { return length() >= rules_.shortest; }
  // The best finished sentence with the prompt, without the end token; of an unfinished search the open beams count too.
  std::vector<std::int64_t> result() const;

 private:
  struct Finished {
    std::vector<std::int64_t> ids;
    double value = 0.0;  // score / length
  };
  void finish(std::vector<Finished>& list, const std::vector<std::int64_t>& ids, float score) const;

  BeamRules rules_;
  std::vector<std::vector<std::int64_t>> beams_;
  std::vector<std::int64_t> sources_, tokens_;
  std::vector<float> scores_;
  std::vector<Finished> finished_;
  bool stopped_ = false;
};

}  // namespace gallop::models::tag2text
