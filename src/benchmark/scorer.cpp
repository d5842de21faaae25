#include "benchmark/scorer.h"

#include <chrono>

#include "base/check.h"
#include "benchmark/payload.h"
#include "benchmark/processor_time.h"
#include "media/images.h"

namespace gallop::benchmark {
namespace {

// Runs `step`; the error it throws as a problem of the dimension.
template <class Step>
std::optional<Problem> problem_of(const std::string& dimension, const Step& step) {
  try {
    step();
    return std::nullopt;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    return Problem{dimension, error.kind(), error.what()};
  }
}

}  // namespace

// The dimensions to judge now. What cannot get a key - no weights, an unreadable clip or picture - is handed on as a problem.
Scorer::Ready Scorer::prepare(const WorkUnit& unit, const Known& known, const Sink& sink) {
  Ready ready;
  for (const auto& dimension : unit.dimensions) {
    if (const auto* absent = panel_.absent(dimension)) {
      sink({.dimension = dimension, .problem = *absent});
      continue;
    }
    const auto reader = panel_.reader_of(dimension);
    const bool wants_image = has_need(keys_.info(dimension), "image");
    std::string key, settings;
    auto problem = problem_of(dimension, [&] {
      GALLOP_CHECK(!wants_image || !unit.image.empty(), InvalidArgument, "{}: the suite names no picture for {}", dimension, unit.clip);
      GALLOP_CHECK(!wants_image || !plan_.images.empty(), InvalidArgument,
                   "{}: needs the conditioning pictures; name their folder (images, or --images)", dimension);
      ready.clip_sha256 = keys_.clip_sha256(unit);
      key = keys_.key(unit, dimension, reader);
      settings = keys_.settings(dimension, reader);
    });
    // What the ledger throws is no failure of the clip.
    if (!problem && known && known(dimension, key, reader)) continue;
    if (!problem && wants_image && !ready.image)
      problem = problem_of(dimension, [&] { ready.image = media::read_image(plan_.images / unit.image); });
    if (problem) {
      sink({.key = key,
            .clip_sha256 = ready.clip_sha256,
            .dimension = dimension,
            .reader = reader,
            .settings = settings,
            .problem = problem});
      continue;
    }
    ready.names.push_back(dimension);
    ready.keys.push_back(std::move(key));
    ready.readers.push_back(reader);
    ready.settings.push_back(std::move(settings));
  }
  return ready;
}

void Scorer::score(const WorkUnit& unit, const base::RunMonitor& monitor, const Known& known, const Sink& sink) {
  panel_.seat(unit.dimensions);
  const auto ready = prepare(unit, known, sink);
  if (ready.names.empty()) return;
  ClipRequest request{.clip = Clip(plan_.videos / unit.clip), .prompt = unit.prompt, .labels = unit.labels, .image = ready.image};
  using Clock = std::chrono::steady_clock;
  Clock::time_point last;
  double processor = 0.0;
  const auto pause = [&] {
    judging_ += std::chrono::duration<double>(Clock::now() - last).count();
    judging_processor_ += processor_seconds() - processor;
  };
  const auto go_on = [&] {
    last = Clock::now();
    processor = processor_seconds();
  };
  const auto tell = [&](std::size_t at, const evaluators::Outcome& outcome) {
    pause();
    LedgerEntry entry{.key = ready.keys[at],
                      .clip_sha256 = ready.clip_sha256,
                      .dimension = ready.names[at],
                      .reader = ready.readers[at],
                      .settings = ready.settings[at],
                      .problem = outcome.problem};
    if (!outcome.problem) entry.payload = payload_of(outcome.score);
    sink(entry);
    go_on();
  };
  go_on();
  panel_.judge(ready.names, request, monitor, tell);
  pause();
}

}  // namespace gallop::benchmark
