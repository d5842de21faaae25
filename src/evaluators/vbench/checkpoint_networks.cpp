#include "evaluators/vbench/checkpoint_networks.h"

#include <fmt/ranges.h>

#include <array>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/vbench/clip_models.h"
#include "models/amt/amt.h"
#include "models/dino/vision_transformer.h"
#include "models/musiq/musiq.h"
#include "models/raft/raft.h"
#include "models/umt/vision_transformer.h"
#include "models/viclip/video_tower.h"

namespace gallop::evaluators::vbench {
namespace {

using models::clip::ImageConfig;
using models::clip::ImageTower;
using models::clip::TextTower;

struct Network {
  const Checkpoint* checkpoint;
  void (*build)(const nn::Params& params);
};

const std::array kNetworks = {
    Network{&checkpoints::dino, [](const nn::Params& params) { models::dino::VisionTransformer::load({}, params); }},
    Network{&checkpoints::clip_b32,
            [](const nn::Params& params) {
              ImageTower::load(ImageConfig::vit_b32(), params / "visual");
              TextTower::load({}, params);
              params("logit_scale", {});
            }},
    // aesthetic_quality leaves the text tower alone; a published file has one, a converted one need not.
    Network{&checkpoints::clip_l14, [](const nn::Params& params) { ImageTower::load(ImageConfig::vit_l14(), params / "visual"); }},
    Network{&checkpoints::aesthetic_head, [](const nn::Params& params) { nn::Linear::load(params, 768, 1); }},
    Network{&checkpoints::musiq, [](const nn::Params& params) { models::musiq::Musiq::load({}, params); }},
    Network{&checkpoints::raft, [](const nn::Params& params) { models::raft::Raft::load({}, params); }},
    Network{&checkpoints::amt, [](const nn::Params& params) { models::amt::Amt::load({}, params); }},
    Network{&checkpoints::umt, [](const nn::Params& params) { models::umt::VisionTransformer::load({}, params); }},
    Network{&checkpoints::viclip,
            [](const nn::Params& params) {
              models::viclip::VideoTower::load({}, params / "vision_encoder");
              TextTower::load(models::viclip::ViclipConfig::text(), params / "text_encoder");
              params("temp", {});
            }},
};

void look_at_values(const std::filesystem::path& file) {
  std::vector<std::string> bad;
  for (const auto& [name, tensor] : weights::open_weights(file))
    if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>()) bad.push_back(base::quote(name));
  const auto shown = std::min<std::size_t>(bad.size(), 4);
  GALLOP_CHECK(bad.empty(), ModelError, "{}: {} tensor{} hold values that are not finite: {}{}; the file is damaged, get it again",
               base::quote(file), bad.size(), bad.size() == 1 ? "" : "s",
               fmt::join(bad.begin(), bad.begin() + static_cast<std::ptrdiff_t>(shown), ", "), bad.size() > shown ? ", ..." : "");
}

}  // namespace

void try_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  const c10::InferenceMode guard;
  if (&checkpoint == &checkpoints::vocabulary) {
    text::ClipBpe::load(file);
    return;
  }
  for (const auto& network : kNetworks) {
    if (network.checkpoint != &checkpoint) continue;
    auto map = open_checkpoint(file, checkpoint, &checkpoint == &checkpoints::clip_l14 ? of_clip_image : of_network);
    network.build(params_of(map));
    map.finish(fmt::format("expected {} as published at {}", checkpoint.file, checkpoint.origin));
  }
  look_at_values(file);
}

}  // namespace gallop::evaluators::vbench
