#include "pipelines/single_stream/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "media/audio.h"
#include "media/images.h"
#include "schedulers/renoising.h"

namespace gallop::pipelines::single_stream {
namespace {

constexpr double kDuration = 5.0, kLongest = 60.0;
constexpr double kShift = 5.0, kGuidance = 5.0, kLowGuidance = 2.0;

void refuse_foreign(const GenerateOptions& options) {
  GALLOP_CHECK(!options.last_frame, InvalidArgument, "generate.last_frame: this model takes a first picture only");
  GALLOP_CHECK(!options.video && !options.strength, InvalidArgument, "generate.{}: this model makes clips, it does not change them",
               options.video ? "video" : "strength");
  GALLOP_CHECK(!options.batch_guidance, InvalidArgument,
               "generate.batch_guidance: both branches have texts of different lengths here and run one after the other");
  GALLOP_CHECK(options.checkpoint.empty(), InvalidArgument, "generate.checkpoint: this model's runs cannot be continued; leave it unset");
  GALLOP_CHECK(!options.fps || *options.fps == kFps, InvalidArgument,
               "generate.fps: {}, but picture and sound of this model belong together at 25", *options.fps);
}

double aspect_of_picture(const GenerateOptions& options) {
  const auto& picture = *options.first_frame;
  const auto image = picture.image() != nullptr ? *picture.image() : media::read_image(*picture.file());
  const double aspect = static_cast<double>(image.width()) / static_cast<double>(image.height());
  GALLOP_CHECK(aspect <= 2.5 && aspect >= 0.4, InvalidArgument,
               "generate.first_frame: {}x{} is more than 2.5 to 1; cut the picture or give ratio", image.width(), image.height());
  return aspect;
}

const char* default_resolution(const SingleStreamParts& parts) {
  if (parts.has(Transformer::refine_1080)) return "1080p";
  return parts.has(Transformer::refine_540) ? "540p" : "256p";
}

void resolve_size(GenerateOptions& options, const SingleStreamParts& parts) {
  const bool sides = options.width || options.height;
  GALLOP_CHECK(!sides || (!options.resolution && !options.ratio), InvalidArgument,
               "generate.{}: stands beside width or height, which decide the same; give one of them",
               options.resolution ? "resolution" : "ratio");
  GALLOP_CHECK(options.width.has_value() == options.height.has_value(), InvalidArgument,
               "generate.{}: is missing; give both sides, or resolution and ratio", options.width ? "height" : "width");
  if (!sides) {
    const double aspect = options.ratio ? aspect_of(*options.ratio) : options.first_frame ? aspect_of_picture(options) : 16.0 / 9.0;
    const auto pixels = pixels_of(options.resolution.value_or(default_resolution(parts)), aspect);
    options.width = static_cast<int>(pixels.width);
    options.height = static_cast<int>(pixels.height);
  }
  options.resolution.reset();
  options.ratio.reset();
}

// Whole latents of the given sound, 25 a second.
std::int64_t latents_of_sound(const GenerateOptions& options) {
  const auto audio = media::read_audio(*options.sound);
  GALLOP_CHECK(!audio.empty(), InvalidArgument, "generate.sound: {} holds no sound", base::quote(*options.sound));
  const auto samples = static_cast<double>(audio.samples.size()) / audio.channels;
  return static_cast<std::int64_t>(samples / audio.sample_rate * kFps + 1e-6);
}

// The clip is as long as the sound where nothing else is said, and never longer.
void resolve_sound(GenerateOptions& options, const SingleStreamParts& parts) {
  GALLOP_CHECK(parts.has_audio_encoder(), InvalidArgument,
               "generate.sound: the audio VAE in {} has no encoder; use the published file, which holds both halves",
               base::quote(parts.files().folder));
  const auto given = latents_of_sound(options);
  GALLOP_CHECK(given >= 1, InvalidArgument, "generate.sound: {} is shorter than 0.04 s", base::quote(*options.sound));
  if (!options.duration && !options.frames)
    options.frames = static_cast<int>((std::min(given, static_cast<std::int64_t>(kLongest * kFps)) - 1) / 4 * 4 + 1);
  const auto needed = static_cast<double>(options.frames ? *options.frames : std::round(*options.duration * kFps));
  GALLOP_CHECK(static_cast<double>(given) >= needed, InvalidArgument,
               "generate.sound: lasts {:.2f} s, the clip {:.2f} s; give a longer sound or a smaller duration",
               static_cast<double>(given) / kFps, needed / kFps);
}

void resolve_length(GenerateOptions& options, const SingleStreamParts& parts) {
  if (options.sound) resolve_sound(options, parts);
  if (!options.duration && !options.frames) options.duration = kDuration;
  options.fps = kFps;
  if (options.duration) {
    const double ticks = *options.duration * kFps;
    GALLOP_CHECK(std::isfinite(ticks) && ticks >= 1.0 && *options.duration <= kLongest && std::abs(ticks - std::round(ticks)) < 1e-6,
                 InvalidArgument, "generate.duration: {} is not a number of seconds up to {} in steps of 0.04", *options.duration,
                 kLongest);
    const auto frames = static_cast<int>((audio_latents_of(options) - 1) / 4 * 4 + 1);
    GALLOP_CHECK(!options.frames || *options.frames == frames, InvalidArgument,
                 "generate.frames: {} stands beside a duration of {} s, which makes {} frames; give one of them", *options.frames,
                 *options.duration, frames);
    options.frames = frames;
  }
  const int frames = *options.frames;
  GALLOP_CHECK(frames >= 1 && frames <= kLongest * kFps + 1 && (frames - 1) % 4 == 0, InvalidArgument,
               "generate.frames: {} is not 4n + 1 and at most {}; use {} or {}", frames, kLongest * kFps + 1,
               std::max(0, frames - 1) / 4 * 4 + 1, std::max(0, frames - 1) / 4 * 4 + 5);
}

void resolve_solver(GenerateOptions& options, const SingleStreamParts& parts) {
  if (!options.scheduler) options.scheduler = parts.has(Transformer::base) ? "unipc" : "distilled";
  const bool distilled = is_distilled(options);
  GALLOP_CHECK(distilled || *options.scheduler == "unipc", InvalidArgument,
               "generate.scheduler: \"{}\" is unknown here; use unipc (the base model) or distilled", *options.scheduler);
  const auto kind = distilled ? Transformer::distilled : Transformer::base;
  GALLOP_CHECK(parts.has(kind), InvalidArgument, "generate.scheduler: \"{}\" needs the model \"{}\", which {} does not hold",
               *options.scheduler, name_of(kind), parts.files().folder.string());
  if (!options.steps) options.steps = distilled ? 8 : 32;
  if (!options.shift) options.shift = kShift;
  (void)schedulers::single_shift_grid(*options.steps, *options.shift);  // checks both
  if (!options.guidance) options.guidance = distilled ? 1.0 : kGuidance;
  GALLOP_CHECK(std::isfinite(*options.guidance) && *options.guidance >= 0.0 && *options.guidance <= 100.0, InvalidArgument,
               "generate.guidance: {} is not a number from 0 to 100", *options.guidance);
  GALLOP_CHECK(!distilled || *options.guidance <= 1.0, InvalidArgument,
               "generate.guidance: {}, but the distilled model runs without; leave it unset", *options.guidance);
  if (!options.guidance_2) options.guidance_2 = std::min(*options.guidance, kLowGuidance);
  GALLOP_CHECK(std::isfinite(*options.guidance_2) && *options.guidance_2 >= 0.0 && *options.guidance_2 <= 100.0, InvalidArgument,
               "generate.guidance_2: {} is not a number from 0 to 100", *options.guidance_2);
}

void check_noise(const GenerateOptions& options, const SingleStreamParts& parts) {
  if (!options.initial_noise) return;
  const auto size = geometry_of(options, parts).base_size;
  const std::vector<std::int64_t> shape{parts.first_config().latent_channels(), size.frames, size.height, size.width};
  GALLOP_CHECK(options.initial_noise->shape() == shape, InvalidArgument,
               "generate.initial_noise: [{}], expected [{}] for the first stage of this size",
               fmt::join(options.initial_noise->shape(), ", "), fmt::join(shape, ", "));
}

}  // namespace

bool is_distilled(const GenerateOptions& options) { return options.scheduler == "distilled"; }

std::int64_t audio_latents_of(const GenerateOptions& options) {
  if (!options.duration) return *options.frames;
  // A given sound is cut to whole latents, so it has none for the instant at its end.
  return std::llround(*options.duration * kFps) + (options.sound ? 0 : 1);
}

Geometry geometry_of(const GenerateOptions& options, const SingleStreamParts& parts) {
  return geometry_of(Pixels{*options.width, *options.height}, audio_latents_of(options), parts);
}

GenerateOptions filled(const GenerateOptions& options, const SingleStreamParts& parts) {
  auto result = options;
  refuse_foreign(result);
  resolve_size(result, parts);
  resolve_length(result, parts);
  resolve_solver(result, parts);
  (void)geometry_of(result, parts);  // checks the sides and that the stages are there
  check_noise(result, parts);
  if (!result.audio) result.audio = true;
  if (!result.negative_prompt && *result.guidance > 1.0) {
    const auto& file = parts.files().negative_prompt;
    result.negative_prompt = file.empty() ? built_in_negative_prompt() : base::read_text(file, 1 << 16);
  }
  return result;
}

GenerateOptions resolved(const GenerateOptions& options, const SingleStreamParts& parts) {
  GALLOP_CHECK(options.prompt.find_first_not_of(" \t\r\n\v\f") != std::string::npos, InvalidArgument,
               "generate.prompt: is empty; say what the clip shows and what is heard");
  GALLOP_CHECK(!options.first_frame || parts.has_vae(), InvalidArgument,
               "generate.first_frame: needs the Wan 2.2 VAE; put Wan2.2_VAE.pth into {}", (parts.files().folder / "vae").string());
  return filled(options, parts);
}

const std::string& built_in_negative_prompt() {
  // The three groups that matter to the model: flaws of the picture, of the sound, and of speech.
  static const std::string text =
      "blurry picture, low resolution, compression artefacts, overexposed, washed-out colours, flicker, frozen frame, jitter, warped "
      "anatomy, extra fingers, "
      "deformed face, melting objects, text overlay, watermark, logo, "
      "distorted sound, clipping, hiss, hum, crackling, muffled recording, echo, sudden cuts in the sound, wrong background noise, "
      "silence, "
      "robotic voice, mumbling, slurred words, wrong language, lips out of sync, monotone delivery, unnatural pauses, breath noise";
  return text;
}

}  // namespace gallop::pipelines::single_stream
