// What a run needs, planned before it begins (single_stream.md 4.3).
#pragma once

#include <string>
#include <vector>

#include "pipelines/single_stream/geometry.h"

namespace gallop::pipelines::single_stream {

// Bytes of the parts in their compute types, and the shapes that working memory follows from.
struct PartSizes {
  models::single_stream::JointConfig transformer;
  models::turbo_decoder::TurboConfig turbo;
  models::stable_audio::AudioVaeConfig audio;
  std::uint64_t each = 2;  // bytes of a number in the transformer and the video decoders
  std::uint64_t transformer_bytes = 0, globals_bytes = 0, block_bytes = 0, text_layer_bytes = 0, decoder_bytes = 0, picture_bytes = 0,
                audio_bytes = 0;
  std::int64_t text_width = 0, text_hidden = 0;

  static PartSizes published(std::uint64_t each);  // without opening anything
  static PartSizes of(const SingleStreamParts& parts);
};

struct StageMemory {
  std::string name = {};
  std::uint64_t weights = 0, work = 0;  // bytes; work is an estimate from above
  std::string how = {};
  std::uint64_t total() const { return weights + work; }
};

struct SingleStreamPlan {
  bool release = false;   // a part is freed when its stage is over
  bool streamed = false;  // two blocks of a transformer in memory, the next one fetched meanwhile
  std::vector<StageMemory> stages = {};
  std::uint64_t peak = 0, limit = 0;  // limit 0: none
  bool fits() const { return limit == 0 || peak <= limit; }
  std::string text() const;  // a line a stage
};

// The plan with the least streaming that fits the limit; the smallest one when none does. Every plan gives the same bits.
SingleStreamPlan plan_memory(const PartSizes& sizes, const Geometry& geometry, bool picture, std::uint64_t limit);
// OutOfMemory with the numbers and what would help when the plan does not fit.
void demand_fits(const SingleStreamPlan& plan, const Geometry& geometry);

}  // namespace gallop::pipelines::single_stream
