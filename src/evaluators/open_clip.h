// One clip under judgement by several evaluators.
#pragma once

#include <list>
#include <map>
#include <span>

#include "base/run.h"
#include "evaluators/one_pass.h"

namespace gallop::evaluators {

// Used by one thread; `request`, `monitor` and the evaluators outlive it. Not movable: judges refer to its parts.
class OpenClip {
 public:
  // `rate`: as judge_clips. `sink` hears of each outcome once, as soon as it stands; what it throws passes through.
  OpenClip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request, double rate, const base::RunMonitor& monitor,
           OutcomeSink sink = {});
  OpenClip(const OpenClip&) = delete;
  OpenClip& operator=(const OpenClip&) = delete;

  // Decodes and judges; scores that wait for no other clip are concluded at once, so that their judges' memory goes.
  void look();
  // Concludes what need not wait any more, or (`now`) everything.
  void settle(bool now);
  bool open() const;
  // In the order of the evaluators, once no score is open.
  std::vector<Outcome> outcomes();

 private:
  // One evaluator at work.
  struct Seat {
    FrameEvaluator* evaluator;
    int middle = 0;  // of its frame request
    Outcome outcome = {};
    std::unique_ptr<ClipJudge> judge = nullptr;
    std::vector<std::int64_t> chosen = {};  // with `middle`, when the group decodes more: the frames this seat looks at
    std::size_t given = 0;                  // of them
    std::size_t place = 0;                  // among the evaluators
    bool told = false;

    bool busy() const;
    void push(const media::FrameView& frame);
    void fail(const Error& error);
    void conclude(const std::vector<std::string>& flags);
    template <class Step>
    void attempt(const Step& step);
  };
  // The seats served by one decode; lives as long as their judges.
  struct Group {
    std::vector<Seat*> seats = {};
    media::SourceInfo info = {};
    ClipShared shared = {};
    std::vector<std::string> flags = {};
  };

  void assign(double rate);
  void look_at(const media::FrameRequest& frames, Group& group);
  void settle(Group& group, bool now);

  const ClipRequest& request_;
  const base::RunMonitor& monitor_;
  OutcomeSink sink_;
  std::list<Seat> seats_;
  std::map<media::FrameRequest, Group> groups_;
};

}  // namespace gallop::evaluators
