// NIQE (Mittal, Soundararajan, Bovik 2013): how far the statistics of 96 x 96 blocks lie from those of pristine pictures.
// Rows and columns beyond the last whole block are left out; luma is BT.601 on the full range, rounded to whole levels.
#include <array>
#include <cmath>

#include "base/check.h"
#include "evaluators/iqa/frame_mean.h"
#include "evaluators/iqa/natural_scene.h"
#include "evaluators/iqa/niqe_model.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/model_evaluator.h"

GALLOP_EVALUATOR(niqe)

namespace gallop::evaluators::niqe {
namespace {

using iqa::Field;
constexpr std::int64_t kBlock = 96;
constexpr Eigen::Index kScaleFeatures = 18;
constexpr std::array<std::array<std::int64_t, 2>, 4> kShifts{{{0, 1}, {1, 0}, {1, 1}, {1, -1}}};  // rows, columns

// Fit of the block's values multiplied by those shifted inside the block, which wraps around.
iqa::Gaussian fit_products(const Field& field, std::int64_t top, std::int64_t left, std::int64_t side, std::int64_t rows,
                           std::int64_t columns) {
  iqa::Moments moments;
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x)
      moments.add(field.at(top + y, left + x) * field.at(top + (y - rows + side) % side, left + (x - columns + side) % side));
  return iqa::Gaussian::fit(moments);
}

void block_features(const Field& field, std::int64_t top, std::int64_t left, std::int64_t side, double* out) {
  iqa::Moments moments;
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x) moments.add(field.at(top + y, left + x));
  const auto whole = iqa::Gaussian::fit(moments);
  *out++ = whole.shape;
  *out++ = (whole.left + whole.right) * whole.scale() / 2.0;
  for (const auto& [rows, columns] : kShifts) {
    const auto fit = fit_products(field, top, left, side, rows, columns);
    const double low = fit.left * fit.scale(), high = fit.right * fit.scale();
    for (const double value : {fit.shape, (high - low) * fit.mean_factor(), low, high}) *out++ = value;
  }
}

Field cropped(const Field& picture, std::int64_t height, std::int64_t width) {
  Field out(height, width);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) out.at(y, x) = picture.at(y, x);
  return out;
}

// [blocks, 36]
Eigen::MatrixXd features_of(const media::FrameView& frame) {
  const auto down = frame.height / kBlock, across = frame.width / kBlock;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(down * across, 2 * kScaleFeatures);
  auto picture = cropped(iqa::rounded_luma(frame), down * kBlock, across * kBlock);
  for (int scale = 0; scale < 2; ++scale) {
    if (scale == 1) picture = iqa::resized(picture, picture.height / 2, picture.width / 2, -0.5, true, iqa::Edge::mirror);
    const auto normal = iqa::locally_normalised(picture, 1.0, 0.0);
    const auto side = kBlock >> scale;
    for (Eigen::Index block = 0; block < rows.rows(); ++block)
      block_features(normal, block / across * side, block % across * side, side, rows.row(block).data() + scale * kScaleFeatures);
  }
  return rows;
}

using Models = std::shared_ptr<const iqa::NiqeModel>;

class Judge final : public ClipJudge {
 public:
  Judge(const Models& model, const ClipContext&) : model_(model) {}
  void push(const media::FrameView& frame) override {
    GALLOP_CHECK((frame.height / kBlock) * (frame.width / kBlock) >= 2, InvalidArgument,
                 "niqe: a frame of {}x{} pixels, expected room for two blocks of {}x{}; leave this dimension out for so small a clip",
                 frame.width, frame.height, kBlock, kBlock);
    parts_.add(model_->distance(features_of(frame)));
  }
  Score finish() override { return parts_.score("niqe"); }

 private:
  Models model_;
  iqa::FrameMean parts_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "niqe",
          .profile = "iqa",
          .summary = "distance of the picture's statistics from those of pristine pictures; mean over frames",
          .licence = "parameters: Apache-2.0 (BasicSR)",
          .needs = {"weights:niqe_pris_params.npz"},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions&) {
  return vbench::make_evaluator<Judge>(information(), media::FrameRequest{},
                                       std::make_shared<const iqa::NiqeModel>(iqa::NiqeModel::load(weights)));
}

}  // namespace gallop::evaluators::niqe
