// VBench temporal_style: ViCLIP similarity of eight frames and the prompt (vbench.md 4.14).
#include "evaluators/registration.h"
#include "evaluators/vbench/video_text.h"

GALLOP_EVALUATOR(temporal_style)

namespace gallop::evaluators::temporal_style {

EvaluatorInfo information() {
  return {.name = "temporal_style",
          .profile = "vbench",
          .summary = "ViCLIP similarity of the clip and its prompt, on prompts that ask for a camera or time style",
          .licence = "ViCLIP weights: code Apache-2.0; the model card may say CC BY-NC-SA 4.0",
          .needs = {"weights:ViClip-InternVid-10M-FLT.pth", "weights:bpe_simple_vocab_16e6.txt.gz", "prompt"},
          .low = -1.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_video_text(information(), weights, options);
}

}  // namespace gallop::evaluators::temporal_style
