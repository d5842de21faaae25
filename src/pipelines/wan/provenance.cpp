#include "pipelines/wan/provenance.h"

#include "base/hash.h"
#include "gallop/version.h"
#include "pipelines/wan/options.h"

namespace gallop::pipelines::wan {
namespace {

using base::OrderedJson;

OrderedJson described(const Picture& picture) {
  const auto image = read_picture(picture);
  return {{"name", picture.name()},
          {"width", image.width()},
          {"height", image.height()},
          {"sha256", base::sha256_hex(std::as_bytes(image.pixels()))}};
}

OrderedJson described(const Clip& clip) {
  const auto video = read_clip(clip);
  return {{"name", clip.name()},
          {"frames", video.frames()},
          {"width", video.width()},
          {"height", video.height()},
          {"sha256", base::sha256_hex(std::as_bytes(video.pixels()))}};
}

}  // namespace

OrderedJson to_json(const GenerateOptions& options) {
  OrderedJson json;
  const auto put = [&](const char* name, const auto& value) {
    if (value) json[name] = *value;
  };
  json["prompt"] = options.prompt;
  put("negative_prompt", options.negative_prompt);
  if (options.first_frame) json["first_frame"] = described(*options.first_frame);
  if (options.last_frame) json["last_frame"] = described(*options.last_frame);
  if (options.video) json["video"] = described(*options.video);
  put("strength", options.strength);
  put("width", options.width);
  put("height", options.height);
  put("frames", options.frames);
  put("fps", options.fps);
  put("steps", options.steps);
  put("guidance", options.guidance);
  put("guidance_2", options.guidance_2);
  put("scheduler", options.scheduler);
  put("shift", options.shift);
  if (options.initial_noise) {
    json["initial_noise"] = {{"shape", options.initial_noise->shape()},
                             {"sha256", base::sha256_hex(std::as_bytes(options.initial_noise->values()))}};
  } else {
    json["seed"] = options.seed;
  }
  if (options.batch_guidance) json["batch_guidance"] = true;
  return json;
}

OrderedJson provenance(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, std::span<const LoraFile> loras) {
  OrderedJson json;
  json["schema"] = "gallop/generated-v1";
  json["gallop"] = GALLOP_VERSION;
  json["libtorch"] = GALLOP_TORCH_VERSION;
  json["model"] = traits.name;
  json["device"] = parts.device().is_cpu() ? "cpu" : "cuda";
  json["dtype"] = c10::toString(parts.dtype());
  if (parts.held() == models::wan::Held::int8) json["weight_form"] = "int8";
  json["options"] = to_json(options);
  json["loras"] = OrderedJson::array();
  for (const auto& lora : loras)
    json["loras"].push_back({{"file", lora.file.filename().string()},
                             {"sha256", base::sha256_file(lora.file)},
                             {"strength", lora.strength},
                             {"expert", lora.expert}});
  json["weights"] = OrderedJson::object();
  for (const auto& [file, hash] : parts.hashes()) json["weights"][file] = hash;
  return json;
}

}  // namespace gallop::pipelines::wan
