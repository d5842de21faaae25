#include <array>
#include <atomic>

#include "gallop/progress.h"

namespace gallop {
inline namespace v0 {

struct CancelToken::Impl {
  std::atomic<bool> cancelled{false};
};

CancelToken::CancelToken() : impl_(std::make_shared<Impl>()) {}
void CancelToken::cancel() noexcept { impl_->cancelled.store(true, std::memory_order_relaxed); }
bool CancelToken::cancelled() const noexcept { return impl_->cancelled.load(std::memory_order_relaxed); }

std::string_view name_of(Stage stage) noexcept {
  constexpr std::array<std::string_view, 7> kStageNames = {"load", "encode_text", "encode_image", "denoise", "decode", "score", "write"};
  return kStageNames[static_cast<std::size_t>(stage)];
}

}  // namespace v0
}  // namespace gallop
