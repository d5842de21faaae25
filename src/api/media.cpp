// The public side of reading and writing clips and pictures.
#include "gallop/image.h"
#include "gallop/video.h"
#include "media/images.h"
#include "media/probe.h"
#include "media/read_video.h"
#include "media/write_video.h"
#include "tensor/translate.h"

namespace gallop {
inline namespace v0 {

MediaInfo probe(const std::filesystem::path& file) {
  return tensor::translated([&] { return media::probe(file); });
}
Video read_video(const std::filesystem::path& file, const ReadOptions& options) {
  return tensor::translated([&] { return media::read_video(file, options); });
}
void write_video(const std::filesystem::path& file, const Video& video, const VideoWriteOptions& options) {
  tensor::translated([&] { media::write_video(file, video, options); });
}
Image read_image(const std::filesystem::path& file) {
  return tensor::translated([&] { return media::read_image(file); });
}
void write_image(const std::filesystem::path& file, const Image& image) {
  tensor::translated([&] { media::write_image(file, image); });
}

}  // namespace v0
}  // namespace gallop
