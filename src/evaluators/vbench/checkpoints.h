// The checkpoints of the VBench dimensions: official names, where they come from, where they may lie (vbench.md 14).
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "evaluators/vbench/placement.h"
#include "nn/params.h"
#include "weights/weight_map.h"

namespace gallop::evaluators::vbench {

struct Checkpoint {
  std::string_view file;     // official name; the same stem with .safetensors is taken first
  std::string_view folder;   // sub-folder of the reference's cache; the file may also lie in the weights folder itself
  std::string_view nested;   // prefix of the wanted names inside the file, when it has one
  std::string_view origin;   // where to get it
  std::string_view sha256;   // where published, else empty
  std::uint64_t bytes;       // about, fp32 or as published
  std::string_view licence;  // of the weights
};

namespace checkpoints {
extern const Checkpoint dino, clip_b32, clip_l14, aesthetic_head, musiq, raft, amt, umt, viclip, vocabulary;
}
std::span<const Checkpoint* const> all_checkpoints();

// The file in `folder`. NotFound naming what to get and where to put it.
std::filesystem::path find_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

// Opens it for a model: float32, nested and "module." prefixes dropped. `wanted`: names that are kept (empty: all).
weights::WeightMap open_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint,
                                   const std::function<bool(const std::string&)>& wanted = {});
nn::Params params_of(weights::WeightMap& map, const Placement& placement = {});

}  // namespace gallop::evaluators::vbench
