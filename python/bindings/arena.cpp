#include <cstring>
#include <unordered_map>

#include "bindings.h"

namespace gallop::python {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

template <class T>
std::span<const T> lend(const std::optional<Array<T>>& array) {
  if (!array) return {};
  return {array->data(), static_cast<std::size_t>(array->size())};
}

template <class T>
py::array_t<T> give(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}
py::array_t<double> square(const std::vector<double>& values, std::size_t n) {
  if (values.size() != n * n) return give(values);
  return give(values).reshape({static_cast<py::ssize_t>(n), static_cast<py::ssize_t>(n)});
}

// Columns as Python hands them over; keeps the arrays alive while spans are lent.
struct Columns {
  std::size_t models = 0;
  std::optional<Array<std::uint32_t>> left, right, voter, prompt;
  std::optional<Array<std::uint8_t>> outcome;
  std::optional<Array<double>> soft, propensity;
  VoteColumns lend_all() const {
    return {.models = models,
            .left = lend(left),
            .right = lend(right),
            .outcome = lend(outcome),
            .soft = lend(soft),
            .propensity = lend(propensity),
            .voter = lend(voter),
            .prompt = lend(prompt)};
  }
};

template <class T>
void take(const py::dict& from, const char* name, std::optional<Array<T>>& to) {
  if (from.contains(name) && !from[name].is_none()) to = from[name].cast<Array<T>>();
}
Columns columns_of(const py::dict& votes) {
  Columns c;
  c.models = votes["models"].cast<std::size_t>();
  take(votes, "left", c.left);
  take(votes, "right", c.right);
  take(votes, "outcome", c.outcome);
  take(votes, "soft", c.soft);
  take(votes, "propensity", c.propensity);
  take(votes, "voter", c.voter);
  take(votes, "prompt", c.prompt);
  return c;
}

template <class E>
E named(const std::string& text, std::initializer_list<std::pair<const char*, E>> known, const char* what) {
  std::string list;
  for (const auto& [name, value] : known) {
    if (text == name) return value;
    list += list.empty() ? name : std::string(", ") + name;
  }
  throw InvalidArgument(std::string(what) + ": \"" + text + "\", expected one of " + list);
}
Ties ties_of(const std::string& text) {
  return named<Ties>(text, {{"half", Ties::half}, {"davidson", Ties::davidson}, {"rao-kupper", Ties::rao_kupper}, {"drop", Ties::drop}},
                     "ties");
}

RatingOptions options_of(const py::dict& from) {
  RatingOptions o;
  for (const auto& [key, value] : from) {
    const auto name = key.cast<std::string>();
    if (name == "ties")
      o.ties = ties_of(value.cast<std::string>());
    else if (name == "both_bad")
      o.both_bad = named<BothBad>(value.cast<std::string>(),
                                  {{"half", BothBad::half}, {"drop", BothBad::drop}, {"separate", BothBad::separate}}, "both_bad");
    else if (name == "interval")
      o.interval = named<Interval>(
          value.cast<std::string>(),
          {{"sandwich", Interval::sandwich}, {"naive", Interval::naive}, {"parity", Interval::parity}, {"bootstrap", Interval::bootstrap}},
          "interval");
    else if (name == "cluster")
      o.cluster = named<Cluster>(value.cast<std::string>(),
                                 {{"none", Cluster::none},
                                  {"voter", Cluster::voter},
                                  {"prompt", Cluster::prompt},
                                  {"voter-and-prompt", Cluster::voter_and_prompt}},
                                 "cluster");
    else if (name == "cluster_correction")
      o.cluster_correction = value.cast<bool>();
    else if (name == "reweight")
      o.reweight = value.cast<bool>();
    else if (name == "reweight_floor")
      o.reweight_floor = value.cast<double>();
    else if (name == "use_propensity")
      o.use_propensity = value.cast<bool>();
    else if (name == "ridge")
      o.ridge = value.cast<double>();
    else if (name == "phantom")
      o.phantom = value.cast<double>();
    else if (name == "anchor")
      o.anchor = value.is_none() ? std::nullopt : std::optional(value.cast<std::uint32_t>());
    else if (name == "anchor_value")
      o.anchor_value = value.cast<double>();
    else if (name == "anchor_by_votes")
      o.anchor_by_votes = value.cast<bool>();
    else if (name == "confidence")
      o.confidence = value.cast<double>();
    else if (name == "simultaneous")
      o.simultaneous = value.cast<bool>();
    else if (name == "replicates")
      o.replicates = value.cast<int>();
    else if (name == "seed")
      o.seed = value.cast<std::uint64_t>();
    else if (name == "threads")
      o.threads = value.cast<int>();
    else
      throw InvalidArgument("options: unknown option \"" + name + "\"; see RatingOptions in gallop/arena.h");
  }
  return o;
}

py::dict dict_of(const Ratings& r) {
  py::dict d;
  d["rating"] = give(r.rating);
  d["se"] = give(r.se);
  d["lower"] = give(r.lower);
  d["upper"] = give(r.upper);
  d["covariance"] = square(r.covariance, r.rating.size());
  d["rank_ub"] = give(r.rank_ub);
  d["rank_lb"] = give(r.rank_lb);
  d["rank_diff"] = give(r.rank_diff);
  d["tier"] = give(r.tier);
  d["order"] = give(r.order);
  d["p_best"] = give(r.p_best);
  d["mean_score"] = give(r.mean_score);
  d["votes"] = give(r.votes);
  d["both_bad_rate"] = give(r.both_bad_rate);
  d["tie_parameter"] = r.tie_parameter;
  d["log_likelihood"] = r.log_likelihood;
  d["total_votes"] = r.total_votes;
  d["effective_votes"] = r.effective_votes;
  d["steps"] = r.steps;
  d["gradient_norm"] = r.gradient_norm;
  d["refitted_replicates"] = r.refitted_replicates;
  d["multiplier"] = r.multiplier;
  d["notes"] = r.notes;
  return d;
}

py::dict fit(const py::dict& votes, const py::dict& options) {
  const Columns columns = columns_of(votes);
  const RatingOptions chosen = options_of(options);
  Ratings ratings;
  {
    py::gil_scoped_release free;
    ratings = fit_ratings(columns.lend_all(), chosen);
  }
  return dict_of(ratings);
}

py::dict composite(const py::list& sources, const py::dict& options) {
  std::vector<Columns> kept;  // the columns that the sources borrow
  std::vector<RatingSource> lent;
  kept.reserve(sources.size());
  for (const auto& source : sources) {
    const auto pair = source.cast<py::tuple>();
    kept.push_back(columns_of(pair[0].cast<py::dict>()));
    lent.push_back({.votes = kept.back().lend_all(), .share = pair[1].cast<double>()});
  }
  return dict_of(fit_composite(lent, options_of(options)));
}

py::dict adjusted(const py::dict& votes, const Array<double>& x, double ridge, const py::dict& options) {
  const Columns columns = columns_of(votes);
  const auto features = x.ndim() == 2 ? static_cast<std::size_t>(x.shape(1)) : 1U;
  const auto fitted =
      fit_adjusted(columns.lend_all(), {x.data(), static_cast<std::size_t>(x.size())}, features, ridge, options_of(options));
  py::dict d = dict_of(fitted.ratings);
  d["effect"] = give(fitted.effect);
  d["effect_se"] = give(fitted.effect_se);
  return d;
}

py::dict diagnosed(const py::dict& votes, const py::dict& options) {
  const Columns columns = columns_of(votes);
  const auto found = diagnose(columns.lend_all(), options_of(options));
  py::dict d;
  d["components"] = found.components;
  d["strong"] = found.strong;
  d["deviance"] = found.deviance;
  d["degrees"] = found.degrees;
  d["p_value"] = found.p_value;
  d["observed"] = square(found.observed, columns.models);
  d["predicted"] = square(found.predicted, columns.models);
  d["pair_votes"] = square(found.pair_votes, columns.models);
  d["left_share"] = found.left_share;
  d["left_lower"] = found.left_lower;
  d["left_upper"] = found.left_upper;
  d["tie_rate"] = found.tie_rate;
  d["both_bad_rate"] = found.both_bad_rate;
  d["top_voters_share"] = found.top_voters_share;
  d["voter_alpha"] = found.voter_alpha;
  d["flips_first"] = found.flips_first;
  d["flips_share"] = found.flips_share;
  return d;
}

py::list chances(const py::dict& votes, const std::string& rule, std::vector<double> weights,
                 std::vector<std::pair<std::uint32_t, std::uint32_t>> blocked, std::pair<std::uint32_t, std::uint32_t> target,
                 double explore) {
  const Columns columns = columns_of(votes);
  const PairOptions options{.rule = named<PairRule>(rule,
                                                    {{"uniform", PairRule::uniform},
                                                     {"weights", PairRule::weights},
                                                     {"arena", PairRule::arena},
                                                     {"a_opt", PairRule::a_opt},
                                                     {"target", PairRule::target}},
                                                    "rule"),
                            .weights = std::move(weights),
                            .blocked = std::move(blocked),
                            .target_a = target.first,
                            .target_b = target.second,
                            .explore = explore};
  py::list pairs;
  for (const auto& pair : pair_chances(columns.lend_all(), options))
    pairs.append(py::make_tuple(pair.a, pair.b, pair.gain, pair.probability));
  return pairs;
}

py::dict filtered(const py::dict& votes, const py::dict& extra, const py::dict& switches) {
  const Columns columns = columns_of(votes);
  std::optional<Array<std::uint8_t>> leaked, failed, control;
  std::optional<Array<double>> watch_left, watch_right, duration_left, duration_right, seconds, time;
  std::optional<Array<std::uint32_t>> clip_left, clip_right;
  take(extra, "leaked", leaked);
  take(extra, "failed_media", failed);
  take(extra, "control", control);
  take(extra, "watch_left", watch_left);
  take(extra, "watch_right", watch_right);
  take(extra, "duration_left", duration_left);
  take(extra, "duration_right", duration_right);
  take(extra, "decision_seconds", seconds);
  take(extra, "time", time);
  take(extra, "clip_left", clip_left);
  take(extra, "clip_right", clip_right);
  FilterOptions o;
  for (const auto& [key, value] : switches) {
    const auto name = key.cast<std::string>();
    if (name == "daily_cap")
      o.daily_cap = value.cast<int>();
    else if (name == "alpha")
      o.alpha = value.cast<double>();
    else if (name == "seed")
      o.seed = value.cast<std::uint64_t>();
    else
      *named<bool*>(name,
                    {{"blind", &o.blind},
                     {"media", &o.media},
                     {"watch", &o.watch},
                     {"fast", &o.fast},
                     {"duplicates", &o.duplicates},
                     {"frequent_prompts", &o.frequent_prompts},
                     {"controls", &o.controls},
                     {"position", &o.position},
                     {"anomalous", &o.anomalous}},
                    "filters") = value.cast<bool>();
  }
  const auto result = filter_votes({.votes = columns.lend_all(),
                                    .leaked = lend(leaked),
                                    .failed_media = lend(failed),
                                    .watch_left = lend(watch_left),
                                    .watch_right = lend(watch_right),
                                    .duration_left = lend(duration_left),
                                    .duration_right = lend(duration_right),
                                    .decision_seconds = lend(seconds),
                                    .time = lend(time),
                                    .clip_left = lend(clip_left),
                                    .clip_right = lend(clip_right),
                                    .control = lend(control)},
                                   o);
  py::dict d;
  d["keep"] = give(result.keep);
  d["removed"] = result.removed;
  d["not_applied"] = result.not_applied;
  return d;
}

py::dict dict_of(const VoteTable& t) {
  py::dict d;
  d["models"] = t.models;
  d["voters"] = t.voters;
  d["prompts"] = t.prompts;
  d["boards"] = t.boards;
  d["left"] = give(t.left);
  d["right"] = give(t.right);
  d["outcome"] = give(t.outcome);
  d["voter"] = give(t.voter);
  d["prompt"] = give(t.prompt);
  d["board"] = give(t.board);
  d["time"] = give(t.time);
  d["propensity"] = give(t.propensity);
  d["watch_left"] = give(t.watch_left);
  d["watch_right"] = give(t.watch_right);
  d["duration_left"] = give(t.duration_left);
  d["duration_right"] = give(t.duration_right);
  d["decision_seconds"] = give(t.decision_seconds);
  d["clips"] = t.clips;
  d["clip_left"] = give(t.clip_left);
  d["clip_right"] = give(t.clip_right);
  d["control"] = give(t.control);
  d["leaked"] = give(t.leaked);
  d["failed_media"] = give(t.failed_media);
  d["self_pairs"] = t.self_pairs;
  d["skipped"] = t.skipped;
  return d;
}

py::dict read(const std::filesystem::path& file, const std::string& format, const std::string& left, const std::string& right,
              const std::string& outcome, const std::string& voter, const std::string& prompt) {
  const VoteReadOptions options{
      .format = named<VoteFormat>(
          format, {{"auto", VoteFormat::automatic}, {"csv", VoteFormat::csv}, {"json", VoteFormat::json}, {"ndjson", VoteFormat::ndjson}},
          "format"),
      .left = left,
      .right = right,
      .outcome = outcome,
      .voter = voter,
      .prompt = prompt};
  VoteTable table;
  {
    py::gil_scoped_release free;
    table = read_votes(file, options);
  }
  return dict_of(table);
}

// Distinct objects of a column -> codes. Strings are usually shared: one look-up by address, then by value.
class ObjectCodes {
 public:
  std::uint32_t operator()(PyObject* object) {
    auto& slot = recent_[(reinterpret_cast<std::uintptr_t>(object) >> 4) & 4095];
    if (slot.first == object) return slot.second;
    const auto value = py::reinterpret_borrow<py::object>(object);
    if (!codes_.contains(value)) {
      codes_[value] = names_.size();
      names_.append(value);
    }
    // The column keeps its objects alive, so an address means the same value throughout the call.
    const auto code = codes_[value].cast<std::uint32_t>();
    slot = {object, code};
    return code;
  }
  py::list names() const { return names_; }

 private:
  py::dict codes_;
  py::list names_;
  std::pair<PyObject*, std::uint32_t> recent_[4096] = {};
};

// Fixed-width entries (NumPy "U" or "S") hashed in place.
py::tuple fixed_codes(const py::array& column) {
  const auto count = static_cast<std::size_t>(column.size()), width = static_cast<std::size_t>(column.itemsize());
  py::array_t<std::uint32_t> codes(static_cast<py::ssize_t>(count));
  std::vector<std::size_t> firsts;
  {
    const char* data = static_cast<const char*>(column.data());
    std::uint32_t* out = codes.mutable_data();
    py::gil_scoped_release free;
    std::unordered_map<std::string_view, std::uint32_t> known;
    std::pair<const char*, std::uint32_t> recent[4096] = {};
    const auto slot_of = [width](const char* text) {
      std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
      for (std::size_t at = 0; at < width; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text + at, std::min<std::size_t>(8, width - at));
        hash = (hash ^ word) * 0xd1342543de82ef95ULL;
        hash ^= hash >> 32;
      }
      return hash & 4095;
    };
    for (std::size_t k = 0; k < count; ++k) {
      const char* text = data + k * width;
      auto& slot = recent[slot_of(text)];
      if (slot.first == nullptr || std::memcmp(slot.first, text, width) != 0) {
        const auto [found, fresh] = known.emplace(std::string_view(text, width), static_cast<std::uint32_t>(known.size()));
        if (fresh) firsts.push_back(k);
        slot = {text, found->second};
      }
      out[k] = slot.second;
    }
  }
  py::list names;
  const py::object flat = column.attr("ravel")();
  for (const auto k : firsts) names.append(flat[py::int_(k)].attr("item")());
  return py::make_tuple(codes, names);
}

// A column of labels -> (codes uint32, distinct labels in order of appearance).
py::tuple encode(const py::array& column) {
  if (column.ndim() != 1) throw InvalidArgument("column: " + std::to_string(column.ndim()) + " dimensions, expected one");
  const char kind = column.dtype().kind();
  const py::array dense = py::array::ensure(column, py::array::c_style);
  if (kind == 'U' || kind == 'S') return fixed_codes(dense);
  if (kind != 'O') throw InvalidArgument(std::string("column: dtype kind ") + kind + ", expected text or objects");
  ObjectCodes code;
  py::array_t<std::uint32_t> codes(dense.size());
  PyObject* const* data = static_cast<PyObject* const*>(dense.data());
  std::uint32_t* out = codes.mutable_data();
  for (py::ssize_t k = 0; k < dense.size(); ++k) out[k] = code(data[k]);
  return py::make_tuple(codes, code.names());
}

py::dict agree(const Array<double>& score, const Array<double>& human, int replicates, std::uint64_t seed) {
  if (score.ndim() != 3) throw InvalidArgument("score: expected [prompts, samples, models]");
  const AgreementInput in{.prompts = static_cast<std::size_t>(score.shape(0)),
                          .samples = static_cast<std::size_t>(score.shape(1)),
                          .models = static_cast<std::size_t>(score.shape(2)),
                          .score = {score.data(), static_cast<std::size_t>(score.size())},
                          .human = {human.data(), static_cast<std::size_t>(human.size())},
                          .replicates = replicates,
                          .seed = seed};
  const auto a = agreement(in);
  py::dict d;
  d["human_ratio"] = give(a.human_ratio);
  d["automatic_ratio"] = give(a.automatic_ratio);
  d["pearson"] = a.pearson;
  d["spearman"] = a.spearman;
  d["kendall"] = a.kendall;
  d["pearson_lower"] = a.pearson_lower;
  d["pearson_upper"] = a.pearson_upper;
  d["pearson_se"] = a.pearson_se;
  d["pairs"] = a.pairs;
  d["decisive"] = a.decisive;
  d["accuracy"] = a.accuracy;
  d["accuracy_half"] = a.accuracy_half;
  d["accuracy_with_ties"] = a.accuracy_with_ties;
  d["tolerance"] = a.tolerance;
  d["kappa"] = a.kappa;
  d["notes"] = a.notes;
  return d;
}

}  // namespace

void bind_arena(py::module_& parent) {
  auto module = parent.def_submodule("arena", "Votes to ratings; use package gallop.arena instead.");
  module.def("fit_ratings", &fit);
  module.def("fit_adjusted", &adjusted);
  module.def("fit_composite", &composite);
  module.def("relative_difference", [](const Array<double>& left, const Array<double>& right) {
    return give(
        relative_difference({left.data(), static_cast<std::size_t>(left.size())}, {right.data(), static_cast<std::size_t>(right.size())}));
  });
  module.def("diagnose", &diagnosed);
  module.def("pair_chances", &chances);
  module.def("filter_votes", &filtered);
  module.def("read_votes", &read);
  module.def("encode", &encode);
  module.def("agreement", &agree);
  module.def("parse_outcome", [](const std::string& text) -> std::optional<int> {
    const auto outcome = parse_outcome(text);
    return outcome ? std::optional(static_cast<int>(*outcome)) : std::nullopt;
  });
  module.def("online_elo",
             [](const py::dict& votes, double k, double start) { return give(online_elo(columns_of(votes).lend_all(), k, start)); });
  const auto plan = [](double gap, double confidence, double tie_share, double per_voter, double correlation) {
    return VotesNeeded{
        .gap = gap, .confidence = confidence, .tie_share = tie_share, .votes_per_voter = per_voter, .voter_correlation = correlation};
  };
  module.def("votes_for_half_width", [plan](double h, double gap, double c, double t, double v, double r) {
    return votes_for_half_width(h, plan(gap, c, t, v, r));
  });
  module.def("votes_for_power",
             [plan](double p, double gap, double c, double t, double v, double r) { return votes_for_power(p, plan(gap, c, t, v, r)); });
}

}  // namespace gallop::python
