#include "support/vbench_checkpoints.h"

#include "evaluators/score_clips.h"
#include "models/amt/amt.h"
#include "models/raft/raft.h"
#include "support/golden.h"
#include "weights/safetensors.h"

namespace gallop::test {
namespace {

// Writes the checkpoint that `load` asks for.
template <class Load>
void write_checkpoint(const std::filesystem::path& file, const std::string& prefix, const Special& special, const Load& load) {
  const c10::InferenceMode guard;
  weights::TensorMap tensors;
  const auto golden = golden_params(prefix, special);
  load(nn::Params([&](const std::string& name, at::IntArrayRef shape) { return tensors[prefix + name] = golden(name, shape); }));
  weights::write_safetensors(file, tensors);
}

}  // namespace

void write_raft(const std::filesystem::path& folder, double motion) {
  const auto special = [motion](const std::string& name, at::IntArrayRef shape) {
    const auto norm = name.find("downsample.1.");  // the same tensor as norm3 of the block
    if (norm != std::string::npos) return filled(name.substr(0, norm) + "norm3." + name.substr(norm + 13), shape);
    return name.find("flow_head.conv2") != std::string::npos ? filled(name, shape) * motion : at::Tensor();
  };
  write_checkpoint(folder / "raft-things.safetensors", "module.", special,
                   [](const nn::Params& params) { models::raft::Raft::load({}, params); });
}

void write_amt(const std::filesystem::path& folder) {
  const auto special = [](const std::string& name, at::IntArrayRef shape) {
    return shape.size() == 1 && name.ends_with(".weight") ? uniform(name, shape) * 0.1 + 0.25 : at::Tensor();
  };
  write_checkpoint(folder / "amt-s.safetensors", "", special, [](const nn::Params& params) { models::amt::Amt::load({}, params); });
}

ClipResult score_one(const ClipRequest& request, const std::string& dimension, const std::filesystem::path& weights) {
  return evaluators::score_clips({&request, 1}, {.dimensions = {dimension}, .weights = weights, .load = {.device = {}}}, {}).front();
}

}  // namespace gallop::test
