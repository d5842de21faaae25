// VBench multiple_objects: in how many frames does GRiT name both asked objects (vbench.md 4.9).
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_votes.h"
#include "evaluators/vbench/labels.h"

GALLOP_EVALUATOR(multiple_objects)

namespace gallop::evaluators::multiple_objects {
namespace {

class Rule {
 public:
  static constexpr const char* kName = "multiple_objects";
  explicit Rule(const ClipRequest& request)
      : objects_(vbench::object_pair(vbench::required_label(request, kName, "object", "bird and cat"), kName)) {}
  double operator()(std::span<const vbench::Instance> instances) const {
    return vbench::shows(instances, objects_.first) && vbench::shows(instances, objects_.second) ? 1.0 : 0.0;
  }

 private:
  std::pair<std::string, std::string> objects_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = Rule::kName,
          .profile = "vbench",
          .summary = "fraction of 16 frames in which GRiT detects both asked objects",
          .licence = "GRiT weights: MIT",
          .needs = {"weights:grit_b_densecap_objectdet.pth", "weights:vocab.txt", "label:object"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_object_evaluator<Rule>(information(), weights, options);
}

}  // namespace gallop::evaluators::multiple_objects
