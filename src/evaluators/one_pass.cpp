#include "evaluators/one_pass.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>


#include "base/check.h"
#include "evaluators/problem.h"
#include "tensor/aten.h"
#include "tensor/translate.h"

namespace gallop::evaluators {
namespace {

std::atomic<std::int64_t> decode_count{0};

// One evaluator at work on the clip.
struct Seat {
  FrameEvaluator* evaluator;
  Outcome* outcome;
  std::unique_ptr<ClipJudge> judge = nullptr;

  bool busy() const { return judge != nullptr && !judge->decided(); }

  // Runs `step`; an error of this dimension becomes its problem and ends its work, the others go on.
  template <class Step>
  void attempt(const Step& step) {
    try {
      tensor::translated(step);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      judge.reset();
      outcome->problem = Problem{evaluator->info().name, error.kind(), error.what()};
    }
  }
};

std::unique_ptr<media::FrameSource> open_source(const Clip& clip, const media::FrameRequest& request) {
  decode_count.fetch_add(1, std::memory_order_relaxed);
  return clip.file() != nullptr ? media::open_frames(*clip.file(), request) : media::open_frames(*clip.frames(), request);
}

void stream(media::FrameSource& source, std::vector<Seat*>& seats, const base::RunMonitor& monitor) {
  while (std::any_of(seats.begin(), seats.end(), [](const Seat* seat) { return seat->busy(); })) {
    monitor.pulse();
    const auto frame = source.next();
    if (!frame) break;
    for (Seat* seat : seats)
      if (seat->busy()) seat->attempt([&] { seat->judge->push(*frame); });
  }
}

void conclude(Seat& seat, const std::vector<std::string>& flags) {
  seat.attempt([&] {
    if (seat.judge == nullptr) return;
    seat.outcome->score = seat.judge->finish();
    auto& all = seat.outcome->score.flags;
    all.insert(all.end(), flags.begin(), flags.end());
  });
}

// Hands outcomes on once each. What the sink throws is kept until the group is done: it is no failure of the clip.
class Delivery {
 public:
  Delivery(const OutcomeSink& sink, const std::vector<Outcome>& outcomes) : sink_(sink), outcomes_(outcomes), told_(outcomes.size(), false) {}
  void tell(const Seat& seat) {
    const auto at = static_cast<std::size_t>(seat.outcome - outcomes_.data());
    if (!sink_ || failure_ || told_[at]) return;
    told_[at] = true;
    try {
      sink_(at, *seat.outcome);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void check() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const OutcomeSink& sink_;
  const std::vector<Outcome>& outcomes_;
  std::vector<bool> told_;
  std::exception_ptr failure_;
};

// All seats with one frame request. An error of the decode is a problem of each of them.
void judge_group(const media::FrameRequest& frames, std::vector<Seat*>& seats, const ClipRequest& request,
                 const base::RunMonitor& monitor, Delivery& delivery) {
  try {
    const auto source = open_source(request.clip, frames);
    ClipShared shared;
    for (Seat* seat : seats)
      seat->attempt([&] { seat->judge = seat->evaluator->open({request, source->info(), monitor, shared}); });
    stream(*source, seats, monitor);
    const auto flags = source->flags();
    for (Seat* seat : seats) {
      conclude(*seat, flags);
      delivery.tell(*seat);
    }
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    for (Seat* seat : seats)
      if (!seat->outcome->problem) seat->outcome->problem = Problem{seat->evaluator->info().name, error.kind(), error.what()};
  }
  for (const Seat* seat : seats) delivery.tell(*seat);
  delivery.check();
}

}  // namespace

std::int64_t decodes_begun() noexcept { return decode_count.load(std::memory_order_relaxed); }

std::vector<Outcome> judge_clip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request,
                                const base::RunMonitor& monitor, const OutcomeSink& sink) {
  const c10::InferenceMode guard;  // networks record nothing for training
  std::vector<Outcome> outcomes(evaluators.size());
  std::vector<Seat> seats;
  for (std::size_t i = 0; i < evaluators.size(); ++i) seats.push_back({evaluators[i], &outcomes[i]});
  std::map<media::FrameRequest, std::vector<Seat*>> groups;
  for (auto& seat : seats) groups[seat.evaluator->frames()].push_back(&seat);
  Delivery delivery(sink, outcomes);
  for (auto& [frames, members] : groups) judge_group(frames, members, request, monitor, delivery);
  return outcomes;
}

std::vector<Score> FrameEvaluator::score(std::span<const ClipRequest> requests, const RunOptions& run) {
  const base::RunMonitor monitor(run);
  const auto total = static_cast<int>(requests.size());
  monitor.tick(Stage::score, 0, total);
  std::vector<Score> scores;
  for (const auto& request : requests) {
    FrameEvaluator* self = this;
    auto outcome = std::move(judge_clip({&self, 1}, request, monitor).front());
    if (outcome.problem) rethrow(*outcome.problem);
    scores.push_back(std::move(outcome.score));
    monitor.tick(Stage::score, static_cast<int>(scores.size()), total, request.clip.name());
  }
  return scores;
}

void require_frames(const Score& score, std::int64_t seen, std::int64_t least) {
  GALLOP_CHECK(seen >= least, InvalidArgument, "{}: the clip has {} frame{}, the dimension needs at least {}; use a longer clip",
               score.dimension, seen, seen == 1 ? "" : "s", least);
}

}  // namespace gallop::evaluators
