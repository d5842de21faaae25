#include "benchmark/scorer.h"

#include "base/check.h"
#include "benchmark/payload.h"
#include "media/images.h"

namespace gallop::benchmark {

// The dimensions to judge now. What cannot get a key - no weights, an unreadable clip or picture - is handed on as a problem.
Scorer::Ready Scorer::prepare(const WorkUnit& unit, const Known& known, const Sink& sink) {
  Ready ready;
  for (const auto& dimension : unit.dimensions) {
    if (const auto* absent = panel_.absent(dimension)) {
      sink({.dimension = dimension, .problem = *absent});
      continue;
    }
    const auto reader = panel_.reader_of(dimension);
    try {
      const bool wants_image = has_need(keys_.info(dimension), "image");
      GALLOP_CHECK(!wants_image || !unit.image.empty(), InvalidArgument, "{}: the suite names no picture for {}", dimension, unit.clip);
      GALLOP_CHECK(!wants_image || !plan_.images.empty(), InvalidArgument, "{}: needs the conditioning pictures; name their folder (images, or --images)", dimension);
      auto key = keys_.key(unit, dimension, reader);
      if (known && known(dimension, key, reader)) continue;
      if (wants_image && !ready.image) ready.image = media::read_image(plan_.images / unit.image);
      ready.names.push_back(dimension);
      ready.keys.push_back(std::move(key));
      ready.readers.push_back(reader);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      sink({.dimension = dimension, .reader = reader, .problem = Problem{dimension, error.kind(), error.what()}});
    }
  }
  return ready;
}

void Scorer::score(const WorkUnit& unit, const base::RunMonitor& monitor, const Known& known, const Sink& sink) {
  panel_.seat(unit.dimensions);
  const auto ready = prepare(unit, known, sink);
  if (ready.names.empty()) return;
  ClipRequest request{.clip = Clip(plan_.videos / unit.clip), .prompt = unit.prompt, .labels = unit.labels, .image = ready.image};
  const auto clip = keys_.clip_sha256(unit);
  const auto tell = [&](std::size_t at, const evaluators::Outcome& outcome) {
    LedgerEntry entry{.key = ready.keys[at], .clip_sha256 = clip, .dimension = ready.names[at], .reader = ready.readers[at], .problem = outcome.problem};
    if (!outcome.problem) entry.payload = payload_of(outcome.score);
    sink(entry);
  };
  panel_.judge(ready.names, request, monitor, tell);
}

}  // namespace gallop::benchmark
