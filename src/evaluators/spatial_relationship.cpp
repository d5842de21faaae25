// VBench spatial_relationship: are the two asked objects apart along the asked axis (vbench.md 4.12).
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_votes.h"
#include "evaluators/vbench/labels.h"

GALLOP_EVALUATOR(spatial_relationship)

namespace gallop::evaluators::spatial_relationship {
namespace {

class Rule {
 public:
  static constexpr const char* kName = "spatial_relationship";
  explicit Rule(const ClipRequest& request)
      : a_(vbench::required_label(request, kName, "object_a", "bicycle")),
        b_(vbench::required_label(request, kName, "object_b", "car")),
        axis_(vbench::axis_of(vbench::required_label(request, kName, "relationship", "on the left of"))) {}
  double operator()(std::span<const vbench::Instance> instances) const { return vbench::best_relation(axis_, instances, a_, b_); }

 private:
  std::string a_, b_;
  vbench::Axis axis_;
};

}  // namespace

EvaluatorInfo information() {
  return {
      .name = Rule::kName,
      .profile = "vbench",
      .summary = "mean over 16 frames of how well two of the asked objects lie apart along the asked axis; the direction does not count",
      .licence = "GRiT weights: MIT",
      .needs = {"weights:grit_b_densecap_objectdet.pth", "weights:vocab.txt", "label:object_a", "label:object_b", "label:relationship"},
      .low = 0.0,
      .high = 1.0,
      .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_object_evaluator<Rule>(information(), weights, options);
}

}  // namespace gallop::evaluators::spatial_relationship
