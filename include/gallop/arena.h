// Arena: pairwise votes to ratings with intervals and honest ranks.
//
// Ratings are Elo-like points: 1000 + (400 / ln 10) theta, mean 1000 unless anchored. Models are indices 0..models-1.
// Every function is pure: safe to call from any number of threads at once. Bad input throws InvalidArgument.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

// What a voter decided. `skip` is logged and never rated.
enum class Outcome : std::uint8_t { left = 0, right = 1, tie = 2, both_bad = 3, skip = 4 };
// The outcome of one spelling used by public vote data ("model_a", "leftvote", "tie (bothbad)" ...); exact match only.
GALLOP_API std::optional<Outcome> parse_outcome(std::string_view text) noexcept;

// Votes as borrowed columns of equal length; an empty optional column means "not known".
struct VoteColumns {
  std::size_t models = 0;                      // number of models; every index is below it
  std::span<const std::uint32_t> left = {};    // [votes] model shown left
  std::span<const std::uint32_t> right = {};   // [votes] model shown right, never equal to left
  std::span<const std::uint8_t> outcome = {};  // [votes] values of Outcome
  std::span<const double> soft = {};           // optional [votes]: share of the left side in 0..1, replaces outcome
  std::span<const double> propensity = {};     // optional [votes]: probability with which the pair was drawn, in (0, 1]
  std::span<const std::uint32_t> voter = {};   // optional [votes]: who voted
  std::span<const std::uint32_t> prompt = {};  // optional [votes]: what was shown
};

enum class Ties { half, davidson, rao_kupper, drop };
enum class BothBad { half, drop, separate };  // as a tie; dropped; dropped and shown as a rate per model
enum class Interval { sandwich, naive, parity, bootstrap };
enum class Cluster { none, voter, prompt, voter_and_prompt };

struct RatingOptions {
  Ties ties = Ties::half;
  BothBad both_bad = BothBad::half;
  Interval interval = Interval::sandwich;
  Cluster cluster = Cluster::none;  // correlated votes: sums of scores (sandwich) or whole clusters (bootstrap)
  bool cluster_correction = true;   // the factor K / (K - 1), K clusters
  bool reweight = false;            // each vote weighs 1 / max(votes of its pair, reweight_floor)
  double reweight_floor = 50;
  bool use_propensity = false;                         // each vote weighs 1 / propensity, clipped at the 99th percentile
  double ridge = 0;                                    // lambda: adds lambda / 2 |theta|^2
  double phantom = 0;                                  // kappa: tied votes of every model against a fixed player at 0
  std::optional<std::uint32_t> anchor = std::nullopt;  // this model gets anchor_value, with no interval of its own
  double anchor_value = 1000;
  bool anchor_by_votes = false;  // the mean of 1000 is weighted by votes instead of plain
  double confidence = 0.95;
  bool simultaneous = false;  // intervals that hold for all models together
  int replicates = 1000;      // bootstrap only
  std::uint64_t seed = 0;     // bootstrap only; the result does not depend on the number of threads
  int threads = 0;            // 0 = all cores
};

// One row per model in every vector. Plain data.
struct Ratings {
  std::vector<double> rating, se, lower, upper;
  std::vector<double> covariance;     // [models, models], Elo points squared
  std::vector<int> rank_ub, rank_lb;  // best and worst rank that the intervals allow, from 1
  std::vector<int> rank_diff;         // 1 + models significantly above this one
  std::vector<int> tier;              // from 1; a new tier starts below its first model's reach
  std::vector<int> order;             // by rating, from 1: a sort key, not a claim
  std::vector<double> p_best;         // share of bootstrap replicates won; empty otherwise
  std::vector<double> mean_score;     // mean over opponents of the observed share of points
  std::vector<double> votes;          // rated votes in which the model appears
  std::vector<double> both_bad_rate;  // share of its appearances called both bad
  double tie_parameter = 0;           // Davidson nu or Rao-Kupper eta; 0 otherwise
  double log_likelihood = 0;
  double total_votes = 0;          // rated votes
  double effective_votes = 0;      // (sum w)^2 / sum w^2
  int steps = 0;                   // Newton steps
  double gradient_norm = 0;        // largest absolute entry at the end
  int refitted_replicates = 0;     // bootstrap replicates that lost connectivity and were refitted with kappa 0.1
  double multiplier = 0;           // of se in the intervals
  std::vector<std::string> notes;  // what was unusual, in words
};
// Bradley-Terry maximum likelihood (or a tie model), with intervals and ranks. Throws InvalidArgument that lists the
// components when finite ratings do not exist and neither ridge nor phantom is set. arena.md 5 to 8, 10.
GALLOP_API Ratings fit_ratings(const VoteColumns& votes, const RatingOptions& options = {});

// Several sources of outcomes, each with its share of the rating (votes, automatic scores ...). arena.md 5, last part.
struct RatingSource {
  VoteColumns votes;
  double share = 1;
};
GALLOP_API Ratings fit_composite(std::span<const RatingSource> sources, const RatingOptions& options = {});

// logit = theta_left - theta_right + x b. `x` is [votes, features] row-major, features already scaled.
struct AdjustedRatings {
  Ratings ratings = {};
  std::vector<double> effect = {};     // [features], natural units; times 400 / ln 10 for Elo points
  std::vector<double> effect_se = {};  // [features]
};
GALLOP_API AdjustedRatings fit_adjusted(const VoteColumns& votes, std::span<const double> x, std::size_t features, double feature_ridge = 0,
                                        const RatingOptions& options = {});
// (left - right) / (left + right), 0 when both are 0, divided by the population standard deviation (1 if that is 0).
GALLOP_API std::vector<double> relative_difference(std::span<const double> left, std::span<const double> right);

// Sequential Elo in the given order: for display while votes arrive, never for publication. One value per model.
GALLOP_API std::vector<double> online_elo(const VoteColumns& votes, double k = 4, double start = 1000);

// What to look at before publishing. arena.md 11.
struct Diagnostics {
  std::vector<std::vector<std::uint32_t>> components = {};  // connected by any vote
  std::vector<std::vector<std::uint32_t>> strong = {};      // finite ratings exist iff this is one component
  double deviance = 0;
  int degrees = 0;
  double p_value = 1;
  std::vector<double> observed = {};                      // [models, models]: mean score of row against column; NaN unplayed
  std::vector<double> predicted = {};                     // [models, models]
  std::vector<double> pair_votes = {};                    // [models, models]
  double left_share = 0, left_lower = 0, left_upper = 0;  // of decisive votes, Wilson interval
  double tie_rate = 0, both_bad_rate = 0;
  double top_voters_share = 0;                             // votes by the busiest 1 % of voters
  double voter_alpha = 0;                                  // Krippendorff, nominal; NaN when nothing repeats
  std::optional<std::int64_t> flips_first = std::nullopt;  // fewest votes, to first order, whose removal flips first place
  double flips_share = 0;
};
GALLOP_API Diagnostics diagnose(const VoteColumns& votes, const RatingOptions& options = {});
// First-order change of the gap a - b in Elo points by one more vote "i scores o against j" already in the fit.
GALLOP_API double vote_influence(const VoteColumns& votes, std::uint32_t i, std::uint32_t j, double o, std::uint32_t a, std::uint32_t b);

enum class PairRule { uniform, weights, arena, a_opt, target };
struct PairOptions {
  PairRule rule = PairRule::arena;
  std::vector<double> weights = {};                                   // per model, rule `weights`
  std::vector<std::pair<std::uint32_t, std::uint32_t>> blocked = {};  // never drawn
  std::uint32_t target_a = 0, target_b = 1;                           // rule `target`
  double explore = 0.2;                                               // share of uniform draws mixed in
};
struct PairChance {
  std::uint32_t a, b;  // a < b
  double gain;         // what the rule values, Elo points squared for a_opt and target
  double probability;  // of being drawn: store it with the vote as propensity
};
GALLOP_API std::vector<PairChance> pair_chances(const VoteColumns& votes, const PairOptions& options = {});

// Votes needed, rounded up. `gap` in Elo points; ties and voter clustering inflate. arena.md 13.
struct VotesNeeded {
  double gap = 0;
  double confidence = 0.95;
  double tie_share = 0;  // of all votes
  double votes_per_voter = 1;
  double voter_correlation = 0;  // between votes of one voter
};
GALLOP_API double votes_for_half_width(double half_width, const VotesNeeded& = {});
GALLOP_API double votes_for_power(double power, const VotesNeeded& = {});

// Filters F1 to F10. Empty optional columns switch their rules off, and the result says so.
struct FilterColumns {
  VoteColumns votes;
  std::span<const std::uint8_t> leaked = {};                                                           // F1: identity was visible
  std::span<const std::uint8_t> failed_media = {};                                                     // F2
  std::span<const double> watch_left = {}, watch_right = {}, duration_left = {}, duration_right = {};  // F3, seconds
  std::span<const double> decision_seconds = {};                                                       // F4: from both playable to the vote
  std::span<const double> time = {};                                                                   // F4, F5: Unix seconds
  std::span<const std::uint32_t> clip_left = {}, clip_right = {};                                      // F6
  std::span<const std::uint8_t> control = {};  // F8: Outcome that is obviously right, 255 = not a control
};
struct FilterOptions {
  bool blind = true, media = true, watch = true, fast = true, duplicates = true, frequent_prompts = true, controls = true, position = true,
       anomalous = true;
  int daily_cap = 200;  // 0 = none
  double alpha = 0.05;  // F10
  std::uint64_t seed = 0;
};
struct FilterResult {
  std::vector<std::uint8_t> keep;                             // [votes], 1 = rated
  std::vector<std::pair<std::string, std::int64_t>> removed;  // "F1".."F10" -> votes removed
  std::vector<std::string> not_applied;                       // rules whose columns are absent
};
GALLOP_API FilterResult filter_votes(const FilterColumns& columns, const FilterOptions& options = {});

// A vote file in memory. Owned columns; optional ones are empty.
struct VoteTable {
  std::vector<std::string> models, voters, prompts, boards, clips;
  std::vector<std::uint32_t> left, right, voter, prompt, board, clip_left, clip_right;
  std::vector<std::uint8_t> outcome;
  std::vector<double> time, propensity;                                        // Unix seconds; NaN where a row has none
  std::vector<double> watch_left, watch_right, duration_left, duration_right;  // seconds
  std::vector<double> decision_seconds;
  std::vector<std::uint8_t> control;               // Outcome that is obviously right, 255 = a vote to be rated
  std::vector<std::uint8_t> leaked, failed_media;  // from the column "flags": words separated by blanks
  std::int64_t self_pairs = 0;                     // dropped
  std::int64_t skipped = 0;                        // outcome skip, kept in the table
  VoteColumns columns() const;
};
enum class VoteFormat { automatic, csv, json, ndjson };
struct VoteReadOptions {
  VoteFormat format = VoteFormat::automatic;                                            // by the file's name, else by its first character
  std::string left = {}, right = {}, outcome = {}, voter = {}, prompt = {}, time = {};  // column names; empty = known ones
  std::int64_t max_models = 100000;
};
// Reads a public vote format (arena.md 2). FormatError with "file:line" for unknown outcomes, empty names, missing fields.
GALLOP_API VoteTable read_votes(const std::filesystem::path& file, const VoteReadOptions& options = {});
GALLOP_API VoteTable parse_votes(std::string_view text, std::string_view where, const VoteReadOptions& options = {});

// Agreement of automatic scores with people, one dimension. arena.md 15.1.
struct AgreementInput {
  std::size_t prompts = 0, samples = 1, models = 0;
  std::span<const double> score = {};  // [prompts, samples, models]
  std::span<const double> human = {};  // [prompts, samples, models (models - 1) / 2]: 1, 0.5, 0 for the lower index; NaN = not judged
  int replicates = 2000;
  std::uint64_t seed = 0;
};
struct Agreement {
  std::vector<double> human_ratio, automatic_ratio;  // win ratio per model
  double pearson = 0, spearman = 0, kendall = 0;     // over models; NaN when undefined
  double pearson_lower = 0, pearson_upper = 0;       // bootstrap over prompts
  double pearson_se = 0;                             // delete-one-prompt jackknife
  std::int64_t pairs = 0, decisive = 0;
  double accuracy = 0, accuracy_half = 0;        // without human ties; automatic ties wrong / half credit
  double accuracy_with_ties = 0, tolerance = 0;  // three classes at the best tolerance
  double kappa = 0;                              // Cohen, at that tolerance
  std::vector<std::string> notes;
};
GALLOP_API Agreement agreement(const AgreementInput& input);

}  // namespace v0
}  // namespace gallop
