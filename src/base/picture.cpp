// Pictures as files or pixels.
#include "base/check.h"
#include "gallop/generate.h"

namespace gallop {
inline namespace v0 {

struct Picture::Impl {
  std::optional<std::filesystem::path> file;
  std::optional<Image> image;
};

Picture::Picture(std::filesystem::path file) : impl_(std::make_shared<const Impl>(Impl{std::move(file), std::nullopt})) {}
Picture::Picture(Image image) : impl_(std::make_shared<const Impl>(Impl{std::nullopt, std::move(image)})) {}
const std::filesystem::path* Picture::file() const noexcept { return impl_->file ? &*impl_->file : nullptr; }
const Image* Picture::image() const noexcept { return impl_->image ? &*impl_->image : nullptr; }
std::string Picture::name() const {
  if (impl_->file) return impl_->file->filename().string();
  return fmt::format("image[{}x{}]", impl_->image->height(), impl_->image->width());
}

}  // namespace v0
}  // namespace gallop
