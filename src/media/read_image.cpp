#include <algorithm>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "media/images.h"
#include "media/jpeg.h"
#include "media/rgb_converter.h"
#include "media/stream_decoder.h"

namespace gallop::media {
namespace {

// Upright by the eight EXIF orientations: mirrored or not, then turned.
std::vector<std::uint8_t> upright(const RgbFrame& in, int orientation, std::int64_t& height, std::int64_t& width) {
  const bool swapped = orientation >= 5;
  height = swapped ? in.width : in.height;
  width = swapped ? in.height : in.width;
  std::vector<std::uint8_t> out(in.pixels().size());
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      std::int64_t from_y = swapped ? x : y, from_x = swapped ? y : x;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) from_x = in.width - 1 - from_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) from_y = in.height - 1 - from_y;
      const auto* from = in.rgb.data() + (from_y * in.width + from_x) * 3;
      std::copy_n(from, 3, out.data() + (y * width + x) * 3);
    }
  return out;
}

RgbFrame decode_with_ffmpeg(const std::filesystem::path& file) {
  StreamDecoder decoder(file, open_input(file, InputKind::picture), AVMEDIA_TYPE_VIDEO, 1);
  const AVFrame* frame = decoder.next();
  GALLOP_CHECK(frame != nullptr, MediaError, "{}: the picture cannot be decoded ({}); the file is damaged", base::quote(file),
               decoder.last_error().empty() ? "no picture data" : decoder.last_error());
  GALLOP_CHECK(decoder.packets_damaged() == 0 && frame->decode_error_flags == 0 && (frame->flags & AV_FRAME_FLAG_CORRUPT) == 0, MediaError,
               "{}: the picture is damaged ({}); get an intact copy", base::quote(file),
               decoder.last_error().empty() ? "missing data" : decoder.last_error());
  RgbConverter converter(ReaderContract::native, 0, 0, 0);
  RgbFrame picture;
  converter.convert(*frame, picture);
  return picture;
}

}  // namespace

Image read_image(const std::filesystem::path& file) {
  const auto mapped = base::MappedFile::open(file);
  auto jpeg = decode_jpeg(mapped->bytes(), file);
  const auto picture = jpeg ? *std::move(jpeg) : decode_with_ffmpeg(file);
  const int orientation = exif_orientation(mapped->bytes());
  if (orientation == 1) return Image({picture.pixels().begin(), picture.pixels().end()}, picture.height, picture.width);
  std::int64_t height = 0, width = 0;
  auto pixels = upright(picture, orientation, height, width);
  return Image(std::move(pixels), height, width);
}

}  // namespace gallop::media
