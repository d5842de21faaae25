#include "evaluators/open_clip.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/check.h"
#include "tensor/translate.h"

namespace gallop::evaluators {
namespace {

std::atomic<std::int64_t> decode_count{0};

std::unique_ptr<media::FrameSource> open_source(const Clip& clip, const media::FrameRequest& request) {
  decode_count.fetch_add(1, std::memory_order_relaxed);
  if (clip.file() != nullptr) return media::open_frames(*clip.file(), request);
  return clip.frames() != nullptr ? media::open_frames(*clip.frames(), request) : media::open_frames(*clip.device_frames(), request);
}

// Whether a source says in advance how many frames it has, so that middle ones can be picked while all stream past.
bool length_is_known(const Clip& clip, const media::FrameRequest& request) {
  return clip.file() == nullptr || request.contract == ReaderContract::decord;
}

}  // namespace

std::int64_t decodes_begun() noexcept { return decode_count.load(std::memory_order_relaxed); }

bool OpenClip::Seat::busy() const { return judge != nullptr && !judge->decided() && (chosen.empty() || given < chosen.size()); }

void OpenClip::Seat::push(const media::FrameView& frame) {
  if (chosen.empty()) {
    judge->push(frame);
    return;
  }
  for (; given < chosen.size() && chosen[given] == frame.index; ++given) judge->push(frame);
}

// Runs `step`; an error of this dimension becomes its problem and ends its work, the others go on.
template <class Step>
void OpenClip::Seat::attempt(const Step& step) {
  try {
    tensor::translated(step);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    fail(error);
  }
}

void OpenClip::Seat::fail(const Error& error) {
  judge.reset();
  if (!outcome.problem) outcome.problem = Problem{evaluator->info().name, error.kind(), error.what()};
}

void OpenClip::Seat::conclude(const std::vector<std::string>& flags) {
  if (judge == nullptr) return;
  attempt([&] {
    outcome.score = judge->finish();
    outcome.score.flags.insert(outcome.score.flags.end(), flags.begin(), flags.end());
  });
  judge.reset();
}

OpenClip::OpenClip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request, double rate, const base::RunMonitor& monitor,
                   OutcomeSink sink)
    : request_(request), monitor_(monitor), sink_(std::move(sink)) {
  for (auto* evaluator : evaluators)
    seats_.push_back({.evaluator = evaluator, .middle = evaluator->frames().middle, .place = seats_.size()});
  assign(rate);
}

// Seats with equal requests share a decode; one that picks middle frames joins a decode of all frames by the same contract.
void OpenClip::assign(double rate) {
  std::map<media::FrameRequest, int> widths;  // how many different needs a decode of all frames would serve
  const auto whole = [&](media::FrameRequest frames) {
    frames.middle = 0;
    return frames;
  };
  const auto request_of = [&](const Seat& seat) {
    auto frames = seat.evaluator->frames();
    if (frames.middle == 0) frames.rate = rate;
    return frames;
  };
  std::map<media::FrameRequest, bool> seen;
  for (const auto& seat : seats_)
    if (const auto frames = request_of(seat); seen.emplace(frames, true).second) ++widths[whole(frames)];
  for (auto& seat : seats_) {
    auto frames = request_of(seat);
    if (frames.middle > 0 && widths[whole(frames)] > 1 && length_is_known(request_.clip, frames)) frames = whole(frames);
    groups_[frames].seats.push_back(&seat);
  }
}

void OpenClip::look() {
  for (auto& [frames, group] : groups_) {
    look_at(frames, group);
    settle(group, false);
  }
}

void OpenClip::settle(bool now) {
  for (auto& [frames, group] : groups_) settle(group, now);
}

bool OpenClip::open() const {
  return std::any_of(seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.judge != nullptr; });
}

std::vector<Outcome> OpenClip::outcomes() {
  std::vector<Outcome> all;
  for (auto& seat : seats_) all.push_back(std::move(seat.outcome));
  return all;
}

// An error of the decode is a problem of every seat of the group.
void OpenClip::look_at(const media::FrameRequest& frames, Group& group) {
  auto& seats = group.seats;
  try {
    const auto source = open_source(request_.clip, frames);
    group.info = source->info();
    for (Seat* seat : seats) {
      seat->attempt([&] {
        GALLOP_CHECK(request_.clip.device_frames() == nullptr || seat->evaluator->takes_device_frames(), Unsupported,
                     "{}: {} reads frames in host memory; copy them there first", request_.clip.name(), seat->evaluator->info().name);
        seat->judge = seat->evaluator->open({request_, group.info, monitor_, group.shared});
      });
      if (frames.middle == 0 && seat->middle > 0) seat->chosen = media::middle_indices(group.info.frames.value(), seat->middle);
    }
    while (std::any_of(seats.begin(), seats.end(), [](const Seat* seat) { return seat->busy(); })) {
      monitor_.pulse();
      const auto frame = source->next();
      if (!frame) break;
      for (Seat* seat : seats)
        if (seat->busy()) seat->attempt([&] { seat->push(*frame); });
    }
    group.flags = source->flags();
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    for (Seat* seat : seats) seat->fail(error);
  }
}

void OpenClip::settle(Group& group, bool now) {
  for (Seat* seat : group.seats) {
    if (seat->judge != nullptr && (now || !seat->judge->waiting())) seat->conclude(group.flags);
    if (seat->judge == nullptr && !std::exchange(seat->told, true) && sink_) sink_(seat->place, seat->outcome);
  }
}

}  // namespace gallop::evaluators
