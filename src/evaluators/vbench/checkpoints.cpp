#include "evaluators/vbench/checkpoints.h"

#include <array>

#include "base/check.h"
#include "base/free_memory.h"
#include "base/mapped_pages.h"
#include "base/names.h"
#include "evaluators/vbench/detector_checkpoints.h"

namespace gallop::evaluators::vbench {
namespace checkpoints {

const Checkpoint dino{.file = "dino_vitbase16_pretrain.pth",
                      .folder = "dino_model",
                      .nested = "",
                      .origin = "https://dl.fbaipublicfiles.com/dino/dino_vitbase16_pretrain/dino_vitbase16_pretrain.pth",
                      .sha256 = "",
                      .bytes = 343'200'000,
                      .licence = "Apache-2.0"};
const Checkpoint clip_b32{
    .file = "ViT-B-32.pt",
    .folder = "clip_model",
    .nested = "",
    .origin = "https://openaipublic.azureedge.net/clip/models/40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af/ViT-B-32.pt",
    .sha256 = "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
    .bytes = 354'000'000,
    .licence = "MIT"};
const Checkpoint clip_l14{
    .file = "ViT-L-14.pt",
    .folder = "clip_model",
    .nested = "",
    .origin = "https://openaipublic.azureedge.net/clip/models/b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836/ViT-L-14.pt",
    .sha256 = "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
    .bytes = 932'000'000,
    .licence = "MIT"};
const Checkpoint aesthetic_head{.file = "sa_0_4_vit_l_14_linear.pth",
                                .folder = "aesthetic_model/emb_reader",
                                .nested = "",
                                .origin = "https://raw.githubusercontent.com/LAION-AI/aesthetic-predictor/main/sa_0_4_vit_l_14_linear.pth",
                                .sha256 = "2cd4e60f4f24ae3bcd57b847b13c1f3ba27edc28cc1a7f9ce74ee9f421243cba",
                                .bytes = 4'071,
                                .licence = "MIT"};
const Checkpoint musiq{.file = "musiq_spaq_ckpt-358bb6af.pth",
                       .folder = "pyiqa_model",
                       .nested = "",
                       .origin = "https://github.com/chaofengc/IQA-PyTorch/releases/download/v0.1-weights/musiq_spaq_ckpt-358bb6af.pth",
                       .sha256 = "",
                       .bytes = 108'500'000,
                       .licence = "Apache-2.0 (Google Research); distributed by a project under a non-commercial licence"};
const Checkpoint raft{.file = "raft-things.pth",
                      .folder = "raft_model/models",
                      .nested = "",
                      .origin = "https://dl.dropboxusercontent.com/s/4j4z58wuv8o0mfz/models.zip (models/raft-things.pth)",
                      .sha256 = "",
                      .bytes = 21'000'000,
                      .licence = "BSD-3-Clause"};
const Checkpoint amt{.file = "amt-s.pth",
                     .folder = "amt_model",
                     .nested = "state_dict.",
                     .origin = "https://huggingface.co/lalala125/AMT/resolve/main/amt-s.pth",
                     .sha256 = "",
                     .bytes = 12'000'000,
                     .licence = "CC BY-NC 4.0 (non-commercial use only)"};
const Checkpoint umt{.file = "l16_ptk710_ftk710_ftk400_f16_res224.pth",
                     .folder = "umt_model",
                     .nested = "",
                     .origin = "https://huggingface.co/OpenGVLab/VBench_Used_Models/resolve/main/l16_ptk710_ftk710_ftk400_f16_res224.pth",
                     .sha256 = "",
                     .bytes = 1'230'000'000,
                     .licence = "MIT"};
const Checkpoint viclip{.file = "ViClip-InternVid-10M-FLT.pth",
                        .folder = "ViCLIP",
                        .nested = "model.",
                        .origin = "https://huggingface.co/OpenGVLab/VBench_Used_Models/resolve/main/ViClip-InternVid-10M-FLT.pth",
                        .sha256 = "",
                        .bytes = 1'710'000'000,
                        .licence = "code Apache-2.0; the model card may say CC BY-NC-SA 4.0: check before redistribution"};
const Checkpoint vocabulary{.file = "bpe_simple_vocab_16e6.txt.gz",
                            .folder = "ViCLIP",
                            .nested = "",
                            .origin = "https://github.com/openai/CLIP/raw/main/clip/bpe_simple_vocab_16e6.txt.gz",
                            .sha256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a",
                            .bytes = 1'356'917,
                            .licence = "MIT"};

}  // namespace checkpoints

std::span<const Checkpoint* const> all_checkpoints() {
  using namespace checkpoints;
  static const std::array<const Checkpoint*, 18> all = {&dino,
                                                        &clip_b32,
                                                        &clip_l14,
                                                        &aesthetic_head,
                                                        &musiq,
                                                        &raft,
                                                        &amt,
                                                        &umt,
                                                        &viclip,
                                                        &vocabulary,
                                                        &grit,
                                                        &tag2text,
                                                        &bert_vocabulary,
                                                        &cotracker,
                                                        &dreamsim_clip,
                                                        &dreamsim_open_clip,
                                                        &dreamsim_adapters,
                                                        &dreamsim_settings};
  return all;
}

std::filesystem::path find_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint) {
  const std::filesystem::path official(checkpoint.file);
  const auto converted = std::filesystem::path(official).replace_extension(".safetensors");
  for (const auto& place : {folder, folder / checkpoint.folder})
    for (const auto& name : {converted, official})
      if (std::filesystem::is_regular_file(place / name)) return place / name;
  throw NotFound(fmt::format("weights: \"{}\" is not in {} nor in its folder \"{}\"; get it from {} and put it there", checkpoint.file,
                             base::quote(folder), checkpoint.folder, checkpoint.origin));
}

weights::WeightMap open_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint,
                                   const std::function<bool(const std::string&)>& wanted) {
  const auto stored = weights::open_weights(file);
  const auto inside = [&](const auto& entry) { return !checkpoint.nested.empty() && entry.first.starts_with(checkpoint.nested); };
  const bool nested = std::any_of(stored.begin(), stored.end(), inside);
  weights::TensorMap tensors;
  for (const auto& [name, tensor] : stored) {
    // Beside the weights a nested file may carry training state; a flat one is a converted file.
    if (nested && !name.starts_with(checkpoint.nested)) continue;
    auto own = nested ? name.substr(checkpoint.nested.size()) : name;
    constexpr std::string_view kParallel = "module.";
    if (own.starts_with(kParallel)) own = own.substr(kParallel.size());
    if (!wanted || wanted(own)) tensors.emplace(own, tensor);
  }
  return weights::WeightMap(std::move(tensors), base::quote(file), at::kFloat);
}

namespace {

// Tensors of a mapped file that a loading model was given. Most have been brought into another form when it is loaded, so that the
// file's pages only fill memory; those still in use come back when they are read.
class HandedOut {
 public:
  HandedOut() = default;
  HandedOut(const HandedOut&) = delete;
  HandedOut& operator=(const HandedOut&) = delete;
  ~HandedOut() { std::for_each(places_.begin(), places_.end(), base::drop_mapped_pages); }
  void add(const at::Tensor& tensor) {
    if (tensor.is_cpu()) places_.emplace_back(static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes());
    // Converted tensors leave holes behind when they have been packed.
    constexpr std::size_t kAtOnce = 64 << 20;
    if ((bytes_ += tensor.nbytes()) < kAtOnce) return;
    base::return_freed_memory();
    bytes_ = 0;
  }

 private:
  std::size_t bytes_ = 0;                           // handed out since memory was last given back
  std::vector<std::span<const std::byte>> places_;  // the tensors themselves may be gone: nothing is read there
};

}  // namespace

nn::Params params_of(weights::WeightMap& map, const Placement& placement) {
  const auto handed_out = std::make_shared<HandedOut>();
  return nn::Params([&map, placement, handed_out](const std::string& name, at::IntArrayRef shape) {
    const bool stored = placement.stored != nullptr && placement.stored(name);
    const auto tensor = map.take(name, shape, stored ? weights::DTypePolicy::stored : weights::DTypePolicy::model);
    handed_out->add(tensor);
    return placement(name, tensor);
  });
}

}  // namespace gallop::evaluators::vbench
