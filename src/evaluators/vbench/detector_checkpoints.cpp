#include "evaluators/vbench/detector_checkpoints.h"

namespace gallop::evaluators::vbench::checkpoints {

const Checkpoint grit{.file = "grit_b_densecap_objectdet.pth",
                      .folder = "grit_model",
                      .nested = "model.",
                      .origin = "https://huggingface.co/OpenGVLab/VBench_Used_Models/resolve/main/grit_b_densecap_objectdet.pth",
                      .sha256 = "",
                      .bytes = 835'000'000,
                      .licence = "MIT"};
const Checkpoint tag2text{.file = "tag2text_swin_14m.pth",
                          .folder = "caption_model",
                          .nested = "model.",
                          .origin = "https://huggingface.co/spaces/xinyu1205/recognize-anything/resolve/main/tag2text_swin_14m.pth",
                          .sha256 = "",
                          .bytes = 4'500'000'000,
                          .licence = "Apache-2.0; parts from BLIP (BSD-3-Clause) and Swin (MIT)"};
const Checkpoint cotracker{.file = "cotracker2.pth",
                           .folder = "cotracker_model",
                           .nested = "model.",
                           .origin = "https://huggingface.co/facebook/cotracker/resolve/main/cotracker2.pth",
                           .sha256 = "",
                           .bytes = 182'000'000,
                           .licence = "CC BY-NC 4.0 (non-commercial use only)"};
// The four files of DreamSim's archive.
constexpr std::string_view kDreamsim =
    "https://github.com/ssundaram21/dreamsim/releases/download/v0.2.0-checkpoints/dreamsim_ensemble_checkpoint.zip";
const Checkpoint dreamsim_clip{.file = "clip_vitb16_pretrain.pth.tar",
                               .folder = "dreamsim_model",
                               .nested = "state_dict.",
                               .origin = kDreamsim,
                               .sha256 = "",
                               .bytes = 345'000'000,
                               .licence = "MIT"};
const Checkpoint dreamsim_open_clip{.file = "open_clip_vitb16_pretrain.pth.tar",
                                    .folder = "dreamsim_model",
                                    .nested = "state_dict.",
                                    .origin = kDreamsim,
                                    .sha256 = "",
                                    .bytes = 345'000'000,
                                    .licence = "MIT"};
const Checkpoint dreamsim_adapters{.file = "adapter_model.bin",
                                   .folder = "dreamsim_model/ensemble_lora",
                                   .nested = "",
                                   .origin = kDreamsim,
                                   .sha256 = "",
                                   .bytes = 7'000'000,
                                   .licence = "MIT"};
const Checkpoint dreamsim_settings{.file = "adapter_config.json",
                                   .folder = "dreamsim_model/ensemble_lora",
                                   .nested = "",
                                   .origin = kDreamsim,
                                   .sha256 = "",
                                   .bytes = 500,
                                   .licence = "MIT"};
const Checkpoint bert_vocabulary{.file = "vocab.txt",
                                 .folder = "bert-base-uncased",
                                 .nested = "",
                                 .origin = "https://huggingface.co/google-bert/bert-base-uncased/resolve/main/vocab.txt",
                                 .sha256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                                 .bytes = 231'508,
                                 .licence = "Apache-2.0"};

}  // namespace gallop::evaluators::vbench::checkpoints
