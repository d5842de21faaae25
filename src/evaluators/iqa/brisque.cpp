// BRISQUE (Mittal, Moorthy, Bovik 2012): statistics of locally normalised luminance at two scales, judged by a support-vector
// regression. Computed as OpenCV's quality module does, whose published parameters it reads.
#include <array>
#include <cmath>

#include "base/check.h"
#include "evaluators/iqa/brisque_model.h"
#include "evaluators/iqa/frame_mean.h"
#include "evaluators/iqa/natural_scene.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/model_evaluator.h"

GALLOP_EVALUATOR(brisque)

namespace gallop::evaluators::brisque {
namespace {

using iqa::Field;
constexpr std::int64_t kSmallestSide = 16;
// What float32 can tell from zero in a difference of squares below 1: OpenCV computes in float32, and where rounding makes the
// variance negative it leaves the pixel out of both sides of the fit.
constexpr double kFlat = 3e-8;
constexpr std::array<std::array<std::int64_t, 2>, 4> kNeighbours{{{0, 1}, {1, 0}, {1, 1}, {-1, 1}}};  // rows, columns

// Fit of the products with the neighbour at the given shift; beyond the border it counts as zero.
iqa::Gaussian fit_products(const Field& field, std::int64_t rows, std::int64_t columns) {
  iqa::Moments moments;
  for (std::int64_t y = 0; y < field.height; ++y)
    for (std::int64_t x = 0; x < field.width; ++x) {
      const bool inside = y + rows >= 0 && y + rows < field.height && x + columns < field.width;
      moments.add(inside ? field.at(y, x) * field.at(y + rows, x + columns) : 0.0);
    }
  return iqa::Gaussian::fit(moments);
}

void append(const Field& picture, std::vector<double>& features) {
  const auto normal = iqa::locally_normalised(picture, 1.0 / 255.0, kFlat);
  iqa::Moments moments;
  for (const double value : normal.values) moments.add(value);
  const auto whole = iqa::Gaussian::fit(moments);
  features.insert(features.end(), {whole.shape, (whole.left * whole.left + whole.right * whole.right) / 2.0});
  for (const auto& [rows, columns] : kNeighbours) {
    const auto fit = fit_products(normal, rows, columns);
    const double mean = (fit.right - fit.left) * fit.mean_factor() * fit.scale();
    features.insert(features.end(), {fit.shape, mean, fit.left * fit.left, fit.right * fit.right});
  }
}

// The score of a frame; NaN when the frame is too flat to have one.
double score_of(const iqa::BrisqueModel& model, const media::FrameView& frame) {
  auto picture = iqa::rounded_luma(frame);
  for (auto& value : picture.values) value /= 255.0;
  std::vector<double> features;
  append(picture, features);
  append(iqa::resized(picture, picture.height / 2, picture.width / 2, -0.75, false, iqa::Edge::repeat), features);
  iqa::BrisqueModel::Features row;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (std::isnan(features[i])) return features[i];
    row[i] = features[i];
  }
  return model.score(row);
}

using Models = std::shared_ptr<const iqa::BrisqueModel>;

class Judge final : public ClipJudge {
 public:
  Judge(const Models& model, const ClipContext&) : model_(model) {}
  void push(const media::FrameView& frame) override {
    GALLOP_CHECK(frame.height >= kSmallestSide && frame.width >= kSmallestSide, InvalidArgument,
                 "brisque: a frame of {}x{} pixels, expected at least {} on each side; leave this dimension out for so small a clip",
                 frame.width, frame.height, kSmallestSide);
    parts_.add(score_of(*model_, frame));
  }
  Score finish() override { return parts_.score("brisque"); }

 private:
  Models model_;
  iqa::FrameMean parts_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "brisque",
          .profile = "iqa",
          .summary = "distortion of natural scenes, a regression on people's ratings; mean over frames",
          .licence = "parameters: Apache-2.0 (OpenCV)",
          .needs = {"weights:brisque_model_live.yml", "weights:brisque_range_live.yml"},
          .low = 0.0,
          .high = 100.0,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions&) {
  return vbench::make_evaluator<Judge>(information(), media::FrameRequest{},
                                       std::make_shared<const iqa::BrisqueModel>(iqa::BrisqueModel::load(weights)));
}

}  // namespace gallop::evaluators::brisque
