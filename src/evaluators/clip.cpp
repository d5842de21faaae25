// Clips as evaluators see them, and the base of every evaluator.
#include "base/check.h"
#include "gallop/evaluator.h"

namespace gallop {
inline namespace v0 {

struct Clip::Impl {
  std::optional<std::filesystem::path> file;
  std::optional<Video> frames;
};

Clip::Clip(std::filesystem::path file) : impl_(std::make_shared<const Impl>(Impl{std::move(file), std::nullopt})) {}
Clip::Clip(Video frames) : impl_(std::make_shared<const Impl>(Impl{std::nullopt, std::move(frames)})) {}
const std::filesystem::path* Clip::file() const noexcept { return impl_->file ? &*impl_->file : nullptr; }
const Video* Clip::frames() const noexcept { return impl_->frames ? &*impl_->frames : nullptr; }
std::string Clip::name() const {
  if (impl_->file) return impl_->file->filename().string();
  return fmt::format("frames[{}]@{}x{}", impl_->frames->frames(), impl_->frames->height(), impl_->frames->width());
}

EvaluatorBase::~EvaluatorBase() = default;
Score EvaluatorBase::score(const ClipRequest& request, const RunOptions& run) {
  auto scores = score(std::span(&request, 1), run);
  GALLOP_CHECK(scores.size() == 1, InternalError, "evaluator {}: returned {} scores for one clip", info().name, scores.size());
  return std::move(scores.front());
}

}  // namespace v0
}  // namespace gallop
