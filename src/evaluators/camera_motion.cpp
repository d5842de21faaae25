// VBench-I2V camera_motion: does the camera move as asked, by four of CoTracker2's tracks (vbench.md 8.4).
#include <algorithm>

#include "evaluators/registration.h"
#include "evaluators/vbench/camera_rules.h"
#include "evaluators/vbench/detector_checkpoints.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "models/cotracker/tracker.h"

GALLOP_EVALUATOR(camera_motion)

namespace gallop::evaluators::camera_motion {
namespace {

using models::cotracker::Tracker;
using Model = std::shared_ptr<const Tracker>;
constexpr const char* kName = "camera_motion";
constexpr std::int64_t kSide = 10, kMiddle = 5;  // of the grid; the point of each edge
constexpr double kMoves = 0.005;                 // of the short side

// Label "camera", else the file name, else the prompt.
std::string wanted(const ClipRequest& request) {
  const auto label = request.labels.find("camera");
  if (label != request.labels.end()) return vbench::wanted_move("camera " + label->second);
  return vbench::wanted_move(request.clip.file() != nullptr ? request.clip.file()->filename().string() : request.prompt);
}

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context)
      : config_(model->config),
        wanted_(wanted(context.request)),
        points_(models::cotracker::grid_points(kSide, config_.height, config_.width)),
        track_(*model, points_) {}

  void push(const media::FrameView& frame) override {
    height_ = frame.height;
    width_ = frame.width;
    track_.push(vbench::planes(vbench::view_of(frame)));
    ++frames_;
  }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, frames_, config_.window / 2 + 1);
    // Whole pixels of the clip, truncated, before and after.
    const auto scale = at::tensor({static_cast<float>(static_cast<double>(width_ - 1) / static_cast<double>(config_.width - 1)),
                                   static_cast<float>(static_cast<double>(height_ - 1) / static_cast<double>(config_.height - 1))},
                                  at::kFloat);
    const auto before = (points_ * scale).to(at::kLong), after = (track_.finish() * scale).to(at::kLong);
    std::array<vbench::EdgeMove, 4> edges;
    const std::array<std::int64_t, 4> places = {kMiddle, (kSide - 1) * kSide + kMiddle, kMiddle * kSide, kMiddle * kSide + kSide - 1};
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const auto move = after[places[i]] - before[places[i]];
      edges[i] = {static_cast<double>(move[0].item<std::int64_t>()), static_cast<double>(move[1].item<std::int64_t>())};
      score.parts.push_back(edges[i].across);
      score.parts.push_back(edges[i].down);
    }
    const auto moves = vbench::camera_moves(edges, kMoves * static_cast<double>(std::min(height_, width_)));
    for (const auto& move : moves) score.details["predicted " + move] = 1.0;
    score.value = moves.contains(wanted_) ? 1.0 : 0.0;
    return score;
  }

 private:
  const models::cotracker::TrackerConfig& config_;
  std::string wanted_;
  at::Tensor points_;
  models::cotracker::Track track_;
  std::int64_t frames_ = 0, height_ = 0, width_ = 0;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench_i2v",
          .summary = "1 when the asked camera movement is among those that four of CoTracker2's tracks show, else 0",
          .licence = "CoTracker2 weights: CC BY-NC 4.0 (non-commercial use only)",
          .needs = {"weights:cotracker2.pth", "label:camera"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord},
                                       vbench::shared_model<Tracker>(weights, vbench::checkpoints::cotracker, options,
                                                                     [](const nn::Params& params) { return Tracker::load({}, params); }));
}

}  // namespace gallop::evaluators::camera_motion
