#include "pipelines/single_stream/geometry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/names.h"

namespace gallop::pipelines::single_stream {
namespace {

constexpr std::int64_t kMultiple = 32;  // pixels of a token
constexpr std::int64_t kBaseShort = 256, kBaseMost = 320 * 512;
constexpr std::int64_t kLarge = 900;  // short sides from here on are the 1080p model's

std::int64_t floor_to(double side) { return std::max<std::int64_t>(1, static_cast<std::int64_t>(side) / kMultiple) * kMultiple; }
std::int64_t ceil_to(std::int64_t side) { return (side + kMultiple - 1) / kMultiple * kMultiple; }
std::int64_t even(double side) { return 2 * std::max<std::int64_t>(1, std::llround(side / 2.0)); }

Pixels with_short(std::int64_t side, double aspect, bool snapped) {
  const auto fit = [&](double length) { return snapped ? floor_to(length) : even(length); };
  return aspect >= 1.0 ? Pixels{fit(static_cast<double>(side) * aspect), side} : Pixels{side, fit(static_cast<double>(side) / aspect)};
}

StageSize stage_size(Pixels pixels, std::int64_t audio) { return {(audio - 1) / 4 + 1, pixels.height / 16, pixels.width / 16, audio}; }

}  // namespace

double aspect_of(const std::string& ratio) {
  const auto colon = ratio.find(':');
  const auto number = [&](std::string_view text, double& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value > 0.0 && value < 1e4;
  };
  double width = 0.0, height = 0.0;
  GALLOP_CHECK(colon != std::string::npos && number(std::string_view(ratio).substr(0, colon), width) &&
                   number(std::string_view(ratio).substr(colon + 1), height),
               InvalidArgument, "generate.ratio: {} is not two numbers with a colon; use 16:9, 9:16, 1:1, 4:3 or 3:4", base::quote(ratio));
  GALLOP_CHECK(width / height <= 2.5 && height / width <= 2.5, InvalidArgument, "generate.ratio: {} is more than 2.5 to 1",
               base::quote(ratio));
  return width / height;
}

Pixels pixels_of(const std::string& resolution, double aspect) {
  if (resolution == "256p") return with_short(kBaseShort, aspect, true);
  if (resolution == "540p") {
    const auto half = with_short(kBaseShort, aspect, true);
    return {2 * half.width, 2 * half.height};
  }
  if (resolution == "720p") return with_short(720, aspect, false);
  if (resolution == "1080p") return with_short(1080, aspect, false);
  throw InvalidArgument(fmt::format("generate.resolution: {} is not known; use 256p, 540p, 720p or 1080p, or give width and height",
                                    base::quote(resolution)));
}

Geometry geometry_of(Pixels output, std::int64_t audio_latents, const SingleStreamParts& parts) {
  const auto check = [](const char* name, std::int64_t side) {
    GALLOP_CHECK(side >= 64 && side <= 4096 && side % 2 == 0, InvalidArgument, "generate.{}: {} is not an even number from 64 to 4096",
                 name, side);
  };
  check("width", output.width);
  check("height", output.height);
  Geometry geometry{.output = output, .base = {ceil_to(output.width), ceil_to(output.height)}};
  if (output.width * output.height > kBaseMost) {
    geometry.refined = geometry.base;
    geometry.base = with_short(kBaseShort, static_cast<double>(output.width) / static_cast<double>(output.height), true);
    geometry.refiner = std::min(output.width, output.height) >= kLarge ? Transformer::refine_1080 : Transformer::refine_540;
    GALLOP_CHECK(parts.has(*geometry.refiner), InvalidArgument,
                 "generate.resolution: {}x{} needs the super-resolution model {}, which {} does not hold; ask for 256p, or add that folder",
                 output.width, output.height, base::quote(name_of(*geometry.refiner)), base::quote(parts.files().folder));
    geometry.refined_size = stage_size(*geometry.refined, audio_latents);
  }
  geometry.base_size = stage_size(geometry.base, audio_latents);
  geometry.frames = 4 * geometry.base_size.frames - 3;
  return geometry;
}

}  // namespace gallop::pipelines::single_stream
