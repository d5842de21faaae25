#include "media/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <string>

// jpeglib.h needs FILE declared before it.
#include <jerror.h>
#include <jpeglib.h>

#include "base/check.h"
#include "base/names.h"
#include "media/ffmpeg.h"

namespace gallop::media {
namespace {

// The library reports by jumping; functions between setjmp and a jump hold nothing that needs a destructor.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void give_up(j_common_ptr state) {
  auto* failure = reinterpret_cast<Failure*>(state->err);
  (*failure->manager.format_message)(state, failure->message);
  std::longjmp(failure->back, 1);
}

// Warnings: missing or wrong data. Stray bytes between segments are common and harmless.
void hear(j_common_ptr state, int level) {
  if (level < 0 && state->err->msg_code != JWRN_EXTRANEOUS_DATA) give_up(state);
}

bool read_header(jpeg_decompress_struct& state, Failure& failure, std::span<const std::byte> bytes) {
  if (setjmp(failure.back) != 0) return false;
  jpeg_mem_src(&state, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  return jpeg_read_header(&state, TRUE) == JPEG_HEADER_OK;
}

bool read_rows(jpeg_decompress_struct& state, Failure& failure, std::uint8_t* rgb) {
  if (setjmp(failure.back) != 0) return false;
  state.out_color_space = JCS_RGB;
  jpeg_start_decompress(&state);
  while (state.output_scanline < state.output_height) {
    JSAMPROW row = rgb + static_cast<std::size_t>(state.output_scanline) * state.output_width * 3;
    jpeg_read_scanlines(&state, &row, 1);
  }
  jpeg_finish_decompress(&state);
  return true;
}

class Decompressor {
 public:
  Decompressor() {
    state.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = give_up;
    failure.manager.emit_message = hear;
    jpeg_create_decompress(&state);
  }
  ~Decompressor() { jpeg_destroy_decompress(&state); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  Failure failure{};
  jpeg_decompress_struct state{};
};

}  // namespace

std::optional<RgbFrame> decode_jpeg(std::span<const std::byte> bytes, const std::filesystem::path& file) {
  if (bytes.size() < 3 || bytes[0] != std::byte{0xFF} || bytes[1] != std::byte{0xD8} || bytes[2] != std::byte{0xFF}) return std::nullopt;
  Decompressor jpeg;
  if (!read_header(jpeg.state, jpeg.failure, bytes)) return std::nullopt;
  if (jpeg.state.num_components != 1 && jpeg.state.num_components != 3) return std::nullopt;
  const std::int64_t width = jpeg.state.image_width, height = jpeg.state.image_height;
  GALLOP_CHECK(width * height <= kMostPixels, MediaError, "{}: {} x {} pixels, expected at most {}; make the picture smaller",
               base::quote(file), width, height, kMostPixels);
  RgbFrame picture;
  picture.resize(height, width);
  GALLOP_CHECK(read_rows(jpeg.state, jpeg.failure, picture.rgb.data()), MediaError, "{}: the picture is damaged ({}); get an intact copy",
               base::quote(file), jpeg.failure.message);
  return picture;
}

}  // namespace gallop::media
