#include "pipelines/wan/traits.h"

#include "base/check.h"
#include "base/names.h"

namespace gallop::pipelines::wan {
namespace {

// The negative prompt the models were released with.
constexpr const char* kNegative =
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余"
    "的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，"
    "形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";
constexpr const char* kShake = "镜头晃动，";  // camera shake, for pictures set in motion
constexpr const char* kCut = "镜头切换，";    // a cut, between two pictures

std::string kind_of(const WanParts& parts) {
  const auto& config = parts.transformer_config();
  const bool masked = config.in_channels != config.out_channels;
  if (parts.files().expand_timesteps) return "wan2.2-ti2v-5b";
  if (parts.experts() == 2) return masked ? "wan2.2-i2v-a14b" : "wan2.2-t2v-a14b";
  if (config.image_tokens) return "wan2.1-flf2v";
  return config.image_dim ? "wan2.1-i2v" : masked ? "wan2.2-i2v-a14b" : "wan2.1-t2v";
}

void set_size(WanTraits& traits, std::int64_t width, std::int64_t height, std::int64_t frames = 81, double fps = 16.0) {
  traits.width = width;
  traits.height = height;
  traits.frames = frames;
  traits.fps = fps;
}

void set_published(WanTraits& traits, std::int64_t heads) {
  const auto& name = traits.name;
  const auto shift = [&](double all, double large) {
    traits.shift = all;
    traits.shift_720p = large;
  };
  if (name == "wan2.1-t2v") {
    shift(heads == 12 ? 8.0 : 5.0, heads == 12 ? 8.0 : 5.0);
    if (heads == 12) traits.guidance = 6.0;
    if (heads == 40) set_size(traits, 1280, 720);
  } else if (name == "wan2.1-i2v") {
    shift(3.0, 5.0);
    traits.steps = 40;
  } else if (name == "wan2.1-flf2v") {
    shift(16.0, 16.0);
    set_size(traits, 1280, 720);
  } else if (name == "wan2.2-t2v-a14b") {
    shift(12.0, 12.0);
    set_size(traits, 1280, 720);
    traits.steps = 40;
    traits.guidance = 4.0;
    traits.guidance_2 = 3.0;
  } else if (name == "wan2.2-i2v-a14b") {
    shift(5.0, 5.0);
    set_size(traits, 1280, 720);
    traits.steps = 40;
    traits.guidance = 3.5;
  } else {
    shift(5.0, 5.0);
    set_size(traits, 1280, 704, 121, 24.0);
  }
}

bool is_published(const models::wan::WanConfig& config) {
  return config.head_dim == 128 && (config.heads == 12 || config.heads == 24 || config.heads == 40) && config.layers >= 30;
}

// gallop.json: {"name": "pony", "defaults": {"width": 128, ...}}.
void apply_own(WanTraits& traits, const base::Json& own, const std::string& where) {
  if (own.is_null()) return;
  GALLOP_CHECK(own.is_object(), FormatError, "{}: expected an object", where);
  for (const auto& [key, value] : own.items())
    GALLOP_CHECK(key == "name" || key == "defaults" || key == "comment", FormatError, "{}: {} is not known; use name, defaults, comment",
                 where, base::quote(key));
  if (own.contains("name")) {
    GALLOP_CHECK(own["name"].is_string(), FormatError, "{}: name is no text", where);
    traits.name = own["name"];
  }
  if (!own.contains("defaults")) return;
  GALLOP_CHECK(own["defaults"].is_object(), FormatError, "{}: defaults is no object", where);
  for (const auto& [key, value] : own["defaults"].items()) {
    const auto number = [&](double low, double high) {
      GALLOP_CHECK(value.is_number() && value >= low && value <= high, FormatError, "{}: defaults.{} is not a number from {} to {}", where,
                   key, low, high);
      return value.get<double>();
    };
    const auto whole = [&](std::int64_t high) {
      GALLOP_CHECK(value.is_number_integer(), FormatError, "{}: defaults.{} is not a whole number", where, key);
      return static_cast<std::int64_t>(number(1, static_cast<double>(high)));
    };
    const auto text = [&] {
      GALLOP_CHECK(value.is_string(), FormatError, "{}: defaults.{} is no text", where, key);
      return value.get<std::string>();
    };
    if (key == "width")
      traits.width = whole(1 << 14);
    else if (key == "height")
      traits.height = whole(1 << 14);
    else if (key == "frames")
      traits.frames = whole(1 << 14);
    else if (key == "steps")
      traits.steps = static_cast<int>(whole(1000));
    else if (key == "fps")
      traits.fps = number(0.1, 1000.0);
    else if (key == "guidance")
      traits.guidance = number(0.0, 100.0);
    else if (key == "guidance_2")
      traits.guidance_2 = number(0.0, 100.0);
    else if (key == "shift")
      traits.shift = traits.shift_720p = number(0.001, 1000.0);
    else if (key == "scheduler")
      traits.scheduler = text();
    else if (key == "negative_prompt")
      traits.negative_prompt = text();
    else
      throw FormatError(fmt::format("{}: defaults.{} is not known", where, key));
  }
}

}  // namespace

std::vector<std::string> model_names() {
  return {"wan2.1-flf2v", "wan2.1-i2v", "wan2.1-t2v", "wan2.2-i2v-a14b", "wan2.2-t2v-a14b", "wan2.2-ti2v-5b"};
}

WanTraits traits_of(const WanParts& parts) {
  const auto& config = parts.transformer_config();
  WanTraits traits;
  traits.name = kind_of(parts);
  traits.vision = config.image_dim.has_value();
  traits.masked = config.in_channels != config.out_channels;
  traits.first_latent = parts.files().expand_timesteps;
  traits.needs_first = traits.masked;
  traits.takes_first = traits.masked || traits.first_latent;
  traits.needs_last = config.image_tokens.has_value();
  traits.takes_last = traits.needs_last || (traits.masked && !traits.vision);
  traits.takes_video = !traits.masked;
  traits.negative_prompt = kNegative;
  if (traits.vision) traits.negative_prompt = std::string(traits.needs_last ? kCut : "") + kShake + kNegative;
  if (is_published(config)) {
    set_published(traits, config.heads);
  } else {
    if (traits.first_latent) traits.fps = 24.0;
    if (parts.files().flow_shift) traits.shift = traits.shift_720p = *parts.files().flow_shift;
  }
  apply_own(traits, parts.files().own, (parts.files().root / "gallop.json").string());
  return traits;
}

}  // namespace gallop::pipelines::wan
