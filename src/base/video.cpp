#include "gallop/video.h"

#include <array>
#include <cmath>

#include "base/check.h"

namespace gallop {
inline namespace v0 {

struct Video::Impl {
  std::shared_ptr<const void> owner;
  std::span<const std::uint8_t> pixels;
  std::int64_t frames, height, width;
  double fps;
  Audio audio;
};

namespace {

std::int64_t frame_bytes(std::int64_t height, std::int64_t width) {
  GALLOP_CHECK(height > 0 && width > 0, InvalidArgument, "video: {}x{} has no pixels; sides must be positive", width, height);
  return base::checked_mul<InvalidArgument>(base::checked_mul<InvalidArgument>(height, width, "video"), std::int64_t{3}, "video");
}

void check_video(std::size_t bytes, std::int64_t frames, std::int64_t height, std::int64_t width, double fps, const Audio& audio) {
  GALLOP_CHECK(frames > 0, InvalidArgument, "video: {} frames; a clip has at least one", frames);
  GALLOP_CHECK(std::isfinite(fps) && fps > 0, InvalidArgument, "video: fps is {}, expected a positive number", fps);
  const auto expected = base::checked_mul<InvalidArgument>(frame_bytes(height, width), frames, "video");
  GALLOP_CHECK(static_cast<std::int64_t>(bytes) == expected, InvalidArgument, "video: {} bytes given, {} frames of {}x{} RGB need {}",
               bytes, frames, width, height, expected);
  if (audio.empty()) return;
  GALLOP_CHECK(audio.channels > 0 && audio.sample_rate > 0 && audio.samples.size() % static_cast<std::size_t>(audio.channels) == 0,
               InvalidArgument, "video.audio: {} samples, {} channels at {} Hz do not fit together", audio.samples.size(), audio.channels,
               audio.sample_rate);
}

}  // namespace

Video::Video(std::vector<std::uint8_t> pixels, std::int64_t frames, std::int64_t height, std::int64_t width, double fps, Audio audio) {
  check_video(pixels.size(), frames, height, width, fps, audio);
  auto owner = std::make_shared<const std::vector<std::uint8_t>>(std::move(pixels));
  const std::span<const std::uint8_t> view(*owner);
  impl_ = std::make_shared<const Impl>(Impl{std::move(owner), view, frames, height, width, fps, std::move(audio)});
}

Video::Video(std::shared_ptr<const void> owner, std::span<const std::uint8_t> pixels, std::int64_t frames, std::int64_t height,
             std::int64_t width, double fps, Audio audio) {
  check_video(pixels.size(), frames, height, width, fps, audio);
  impl_ = std::make_shared<const Impl>(Impl{std::move(owner), pixels, frames, height, width, fps, std::move(audio)});
}

Video::Video(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

std::int64_t Video::frames() const noexcept { return impl_->frames; }
std::int64_t Video::height() const noexcept { return impl_->height; }
std::int64_t Video::width() const noexcept { return impl_->width; }
double Video::fps() const noexcept { return impl_->fps; }
double Video::seconds() const noexcept { return static_cast<double>(impl_->frames) / impl_->fps; }
std::span<const std::uint8_t> Video::pixels() const noexcept { return impl_->pixels; }
const Audio& Video::audio() const noexcept { return impl_->audio; }

std::span<const std::uint8_t> Video::frame(std::int64_t index) const {
  GALLOP_CHECK(index >= 0 && index < frames(), InvalidArgument, "video.frame: index {} is outside 0..{}", index, frames() - 1);
  const auto bytes = static_cast<std::size_t>(frame_bytes(height(), width()));
  return impl_->pixels.subspan(static_cast<std::size_t>(index) * bytes, bytes);
}

Video Video::slice(std::int64_t first, std::int64_t count) const {
  GALLOP_CHECK(first >= 0 && count > 0 && count <= frames() && first <= frames() - count, InvalidArgument,
               "video.slice: frames {} to {} leave the clip of {}", first, first + count - 1, frames());
  const auto bytes = static_cast<std::size_t>(frame_bytes(height(), width()));
  const auto part = impl_->pixels.subspan(static_cast<std::size_t>(first) * bytes, static_cast<std::size_t>(count) * bytes);
  return Video(impl_->owner, part, count, height(), width(), fps());
}

Video Video::with_audio(Audio audio) const {
  return Video(impl_->owner, impl_->pixels, frames(), height(), width(), fps(), std::move(audio));
}

std::string_view name_of(ReaderContract contract) noexcept {
  constexpr std::array<std::string_view, 3> kContractNames = {"native", "decord", "opencv"};
  return kContractNames[static_cast<std::size_t>(contract)];
}

ReaderContract parse_reader_contract(std::string_view text) {
  if (text == "native") return ReaderContract::native;
  if (text == "decord") return ReaderContract::decord;
  if (text == "opencv") return ReaderContract::opencv;
  throw InvalidArgument(fmt::format("reader contract: \"{}\" is not known; use \"native\", \"decord\" or \"opencv\"", text));
}

}  // namespace v0
}  // namespace gallop
