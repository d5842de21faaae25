// The checkpoints of the detector, the captioner and the image-to-video dimensions.
#pragma once

#include "evaluators/vbench/checkpoints.h"

namespace gallop::evaluators::vbench::checkpoints {

extern const Checkpoint grit, tag2text, bert_vocabulary, cotracker, dreamsim_clip, dreamsim_open_clip, dreamsim_adapters, dreamsim_settings;

}  // namespace gallop::evaluators::vbench::checkpoints
