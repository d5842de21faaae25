// VBench object_class: in how many frames does GRiT name the asked object (vbench.md 4.8).
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_votes.h"
#include "evaluators/vbench/labels.h"

GALLOP_EVALUATOR(object_class)

namespace gallop::evaluators::object_class {
namespace {

class Rule {
 public:
  static constexpr const char* kName = "object_class";
  explicit Rule(const ClipRequest& request) : object_(vbench::required_label(request, kName, "object", "bicycle")) {}
  double operator()(std::span<const vbench::Instance> instances) const { return vbench::shows(instances, object_) ? 1.0 : 0.0; }

 private:
  std::string object_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = Rule::kName,
          .profile = "vbench",
          .summary = "fraction of 16 frames in which GRiT detects the asked object",
          .licence = "GRiT weights: MIT",
          .needs = {"weights:grit_b_densecap_objectdet.pth", "weights:vocab.txt", "label:object"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_object_evaluator<Rule>(information(), weights, options);
}

}  // namespace gallop::evaluators::object_class
