#include "pipelines/wan/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/names.h"
#include "media/images.h"
#include "media/probe.h"
#include "media/read_video.h"
#include "schedulers/scheduler.h"

namespace gallop::pipelines::wan {
namespace {

struct Size {
  std::int64_t width, height;
};

// "16:9" -> 9 / 16.
double aspect_of(const std::string& ratio) {
  const auto colon = ratio.find(':');
  double width = 0.0, height = 0.0;
  const auto read = [&](std::string_view text, double& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value > 0.0 && value < 1e4;
  };
  GALLOP_CHECK(colon != std::string::npos && read(std::string_view(ratio).substr(0, colon), width) &&
                   read(std::string_view(ratio).substr(colon + 1), height),
               InvalidArgument, "generate.ratio: {} is not two numbers with a colon; use 16:9, 1:1, 9:16 ...", base::quote(ratio));
  return height / width;
}

double area_of(const std::string& resolution) {
  if (resolution == "480p") return 832.0 * 480.0;
  if (resolution == "720p") return 1280.0 * 720.0;
  if (resolution == "1080p") return 1920.0 * 1080.0;
  throw InvalidArgument(
      fmt::format("generate.resolution: {} is not known; use 480p, 720p or 1080p, or give width and height", base::quote(resolution)));
}

Size size_of(const Video& video) { return {video.width(), video.height()}; }

std::optional<Size> size_of_input(const GenerateOptions& options) {
  if (options.first_frame || options.last_frame) {
    const auto image = read_picture(options.first_frame ? *options.first_frame : *options.last_frame);
    return Size{image.width(), image.height()};
  }
  if (!options.video) return std::nullopt;
  if (const auto* frames = options.video->frames()) return size_of(*frames);
  const auto info = media::probe(*options.video->file());
  GALLOP_CHECK(info.best_video >= 0, MediaError, "generate.video: {} has no picture track", base::quote(*options.video->file()));
  const auto& stream = info.streams[static_cast<std::size_t>(info.best_video)];
  const bool turned = stream.rotation % 180 != 0;
  return Size{turned ? stream.height : stream.width, turned ? stream.width : stream.height};
}

// floor to the multiple, never below it (wan.md 6.1).
std::int64_t fitted(double side, std::int64_t multiple) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::round(side)) / multiple) * multiple;
}

void resolve_size(GenerateOptions& options, const WanTraits& traits, std::int64_t multiple) {
  const bool named = options.resolution || options.ratio;
  GALLOP_CHECK(!named || (!options.width && !options.height), InvalidArgument,
               "generate.{}: stands beside width or height, which decide the same; give one of them",
               options.resolution ? "resolution" : "ratio");
  double aspect = static_cast<double>(traits.height) / static_cast<double>(traits.width);
  double area = static_cast<double>(traits.height) * static_cast<double>(traits.width);
  std::optional<Size> input;
  if (!(options.width && options.height) && !options.ratio) input = size_of_input(options);
  if (input) aspect = static_cast<double>(input->height) / static_cast<double>(input->width);
  if (options.ratio) aspect = aspect_of(*options.ratio);
  if (options.resolution) area = area_of(*options.resolution);
  if (!options.width && !options.height) {
    const bool plain = !named && !input;
    options.height = static_cast<int>(plain ? traits.height : fitted(std::sqrt(area * aspect), multiple));
    options.width = static_cast<int>(plain ? traits.width : fitted(std::sqrt(area / aspect), multiple));
  }
  if (!options.width) options.width = static_cast<int>(fitted(*options.height / aspect, multiple));
  if (!options.height) options.height = static_cast<int>(fitted(*options.width * aspect, multiple));
  options.resolution.reset();
  options.ratio.reset();
  const auto check = [&](const char* name, std::int64_t side) {
    const auto below = std::max<std::int64_t>(1, side / multiple) * multiple;
    GALLOP_CHECK(side > 0 && side % multiple == 0, InvalidArgument, "generate.{}: {} is not a multiple of {}; use {} or {}", name, side,
                 multiple, below, below + multiple);
    GALLOP_CHECK(side <= 16384, InvalidArgument, "generate.{}: {} is more than 16384", name, side);
  };
  check("width", *options.width);
  check("height", *options.height);
}

void resolve_frames(GenerateOptions& options, const WanTraits& traits, std::int64_t temporal) {
  if (!options.fps) options.fps = traits.fps;
  GALLOP_CHECK(std::isfinite(*options.fps) && *options.fps > 0.0 && *options.fps <= 1000.0, InvalidArgument,
               "generate.fps: {} is not a frame rate; {} is this model's", *options.fps, traits.fps);
  const auto whole = [&](std::int64_t frames) {
    return static_cast<int>(std::max<std::int64_t>(0, (frames - 1) / temporal) * temporal + 1);
  };
  if (options.duration) {
    GALLOP_CHECK(!options.frames, InvalidArgument, "generate.duration: stands beside frames, which decide the same; give one of them");
    GALLOP_CHECK(std::isfinite(*options.duration) && *options.duration > 0.0 && *options.duration <= 3600.0, InvalidArgument,
                 "generate.duration: {} is not a number of seconds up to 3600", *options.duration);
    const double steps = (*options.duration * *options.fps - 1.0) / static_cast<double>(temporal);
    options.frames = static_cast<int>(std::max<std::int64_t>(0, std::llround(steps)) * temporal + 1);
    options.duration.reset();
  }
  if (!options.frames) options.frames = options.video ? whole(read_clip(*options.video).frames()) : static_cast<int>(traits.frames);
  const auto frames = *options.frames;
  const auto below = whole(std::max(frames, 1));
  GALLOP_CHECK(frames >= 1 && (frames - 1) % temporal == 0, InvalidArgument, "generate.frames: {} is not {}n + 1; use {} or {}", frames,
               temporal, below, below + temporal);
}

void check_inputs(const GenerateOptions& options, const WanTraits& traits) {
  const auto& name = traits.name;
  GALLOP_CHECK(!options.audio.value_or(false), InvalidArgument, "generate.audio: {} makes silent clips", name);
  GALLOP_CHECK(!options.sound, InvalidArgument, "generate.sound: {} makes silent clips and follows no sound", name);
  GALLOP_CHECK(traits.takes_first || !options.first_frame, InvalidArgument,
               "generate.first_frame: {} makes clips from text alone; use an image-to-video model", name);
  GALLOP_CHECK(!traits.needs_first || options.first_frame, InvalidArgument, "generate.first_frame: {} starts from a picture; give one",
               name);
  GALLOP_CHECK(traits.takes_last || !options.last_frame, InvalidArgument,
               "generate.last_frame: {} takes no last picture; use a first-and-last-frame model", name);
  GALLOP_CHECK(!traits.needs_last || options.last_frame, InvalidArgument, "generate.last_frame: {} ends with a picture; give one", name);
  GALLOP_CHECK(!options.video || traits.takes_video, InvalidArgument,
               "generate.video: {} starts from a picture and cannot change a clip; use a text-to-video model", name);
  GALLOP_CHECK(!options.video || !options.first_frame, InvalidArgument, "generate.video: stands beside first_frame; give one of them");
  GALLOP_CHECK(options.checkpoint_every >= 1, InvalidArgument, "generate.checkpoint_every: {} steps; use 1 or more",
               options.checkpoint_every);
  GALLOP_CHECK(!options.strength || options.video, InvalidArgument, "generate.strength: has no meaning without video");
  const bool blank = options.prompt.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
  GALLOP_CHECK(!blank || options.first_frame || options.video, InvalidArgument, "generate.prompt: is empty; say what the clip shows");
  if (options.last_frame)
    GALLOP_CHECK(!options.frames || *options.frames > 1, InvalidArgument,
                 "generate.frames: one frame cannot begin and end with two pictures; use 5 or more");
}

void resolve_solver(GenerateOptions& options, const WanParts& parts, const WanTraits& traits) {
  if (!options.steps) options.steps = traits.steps;
  if (!options.scheduler) options.scheduler = traits.scheduler;
  const bool large = static_cast<std::int64_t>(*options.width) * *options.height >= 1280 * 704;
  if (!options.shift) options.shift = large ? traits.shift_720p : traits.shift;
  schedulers::make_scheduler(*options.scheduler, *options.steps, *options.shift);  // checks all three
  const auto guidance = [](const char* name, double value) {
    GALLOP_CHECK(std::isfinite(value) && value >= 0.0 && value <= 100.0, InvalidArgument,
                 "generate.{}: {} is not a number from 0 to 100; 1 turns the guidance off", name, value);
  };
  const bool own = options.guidance.has_value();
  if (!options.guidance) options.guidance = traits.guidance;
  guidance("guidance", *options.guidance);
  if (options.guidance_2) {
    GALLOP_CHECK(parts.files().boundary.has_value(), InvalidArgument, "generate.guidance_2: {} has one expert; use guidance", traits.name);
    guidance("guidance_2", *options.guidance_2);
  } else if (parts.files().boundary) {
    options.guidance_2 = own || !traits.guidance_2 ? *options.guidance : *traits.guidance_2;
  }
  if (options.video) {
    if (!options.strength) options.strength = 0.8;
    GALLOP_CHECK(*options.strength >= 0.0 && *options.strength <= 1.0, InvalidArgument,
                 "generate.strength: {} is not from 0 (the clip as it is) to 1 (noise alone)", *options.strength);
  }
  if (!options.negative_prompt) options.negative_prompt = traits.negative_prompt;
}

}  // namespace

Image read_picture(const Picture& picture) { return picture.image() ? *picture.image() : media::read_image(*picture.file()); }
Video read_clip(const Clip& clip) { return clip.frames() ? *clip.frames() : media::read_video(*clip.file(), {.audio = false}); }

std::vector<std::int64_t> latent_shape(const GenerateOptions& options, const models::wan::WanVaeConfig& vae) {
  return {vae.z_dim, (*options.frames - 1) / vae.temporal + 1, *options.height / vae.spatial, *options.width / vae.spatial};
}

GenerateOptions resolved(const GenerateOptions& options, const WanParts& parts, const WanTraits& traits) {
  check_inputs(options, traits);
  return filled(options, parts, traits);
}

GenerateOptions filled(const GenerateOptions& options, const WanParts& parts, const WanTraits& traits) {
  auto result = options;
  const auto& vae = parts.vae_config();
  resolve_size(result, traits, 2 * vae.spatial);
  resolve_frames(result, traits, vae.temporal);
  resolve_solver(result, parts, traits);
  if (!result.audio) result.audio = false;
  const auto shape = latent_shape(result, vae);
  const auto most = parts.transformer_config().rope_max;
  GALLOP_CHECK(shape[1] <= most, InvalidArgument, "generate.frames: {} frames are more positions than the model knows; use at most {}",
               *result.frames, (most - 1) * vae.temporal + 1);
  GALLOP_CHECK(shape[2] / 2 <= most && shape[3] / 2 <= most, InvalidArgument,
               "generate.{}: more positions than the model knows; use at most {}", shape[2] / 2 > most ? "height" : "width",
               2 * most * vae.spatial);
  if (result.initial_noise) {
    auto noise = result.initial_noise->shape();
    if (noise.size() == 5 && noise[0] == 1) noise.erase(noise.begin());
    GALLOP_CHECK(noise == shape, InvalidArgument, "generate.initial_noise: [{}], expected [{}] for this size",
                 fmt::join(result.initial_noise->shape(), ", "), fmt::join(shape, ", "));
  }
  return result;
}

}  // namespace gallop::pipelines::wan
