// Sizes of a request: what is asked for, what the stages compute, what is cut off at the end (single_stream.md 1.2, 2.3).
#pragma once

#include <optional>
#include <string>

#include "pipelines/single_stream/parts.h"
#include "pipelines/single_stream/sampling.h"

namespace gallop::pipelines::single_stream {

constexpr double kFps = 25.0;
constexpr int kSampleRate = 44100;

struct Pixels {
  std::int64_t width = 0, height = 0;
  bool operator==(const Pixels&) const = default;
};

// Everything the stages need to know of a request's size.
struct Geometry {
  Pixels output = {};                            // of the clip
  Pixels base = {};                              // of the first stage, multiples of 32
  std::optional<Pixels> refined = std::nullopt;  // of super-resolution; the clip is cut out of its middle
  std::optional<Transformer> refiner = std::nullopt;
  StageSize base_size = {}, refined_size = {};
  std::int64_t frames = 0;  // of the clip, 4 T - 3

  Pixels computed() const { return refined ? *refined : base; }
};

// The pixels of "256p", "540p", "720p" or "1080p" at width / height = `aspect`. 256p: the short side is 256, the long one a
// multiple of 32, which gives 448x256 for 16:9; 540p: twice that; 720p and 1080p: the short side so named.
Pixels pixels_of(const std::string& resolution, double aspect);
// "16:9" -> 16 / 9. InvalidArgument.
double aspect_of(const std::string& ratio);

// `output` as wished (both sides even), `frames` as many as the sound latents give. Up to about 256p the first stage alone
// makes it; beyond, it makes 256p of the same shape, and super-resolution the rest: the 1080p model above 900 rows or columns
// of the short side, the 540p model below. InvalidArgument: the folder has no such model.
Geometry geometry_of(Pixels output, std::int64_t audio_latents, const SingleStreamParts& parts);

}  // namespace gallop::pipelines::single_stream
