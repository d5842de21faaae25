#include "media/ffmpeg.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "base/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/names.h"

namespace gallop::media {
namespace {

// Every demuxer here reads one self-contained file. Left out on purpose: hls, dash, concat, image2 (patterns), webm_dash,
// sdp, rtsp, tty, and whatever else opens further files or shows text as pictures.
constexpr const char* kClipFormats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpeg,mpegts,mpegvideo,gif,apng,yuv4mpegpipe,h264,hevc,m4v,asf,ogg,ivf,mxf,"
    "dv,obu,nut,wav,mp3,flac,aac,rm,vc1,mjpeg,svq3,wtv,webp_pipe";

// A picture's demuxer by its first bytes; FFmpeg's own guess would go by the name's ending. Null: no form this library reads.
const char* picture_format(const std::filesystem::path& file) {
  std::array<char, 12> head{};
  std::ifstream(file, std::ios::binary).read(head.data(), head.size());
  const std::string_view bytes(head.data(), head.size());
  if (bytes.starts_with("\x89PNG")) return "png_pipe";
  if (bytes.starts_with("\xFF\xD8")) return "jpeg_pipe";
  if (bytes.starts_with("RIFF") && bytes.substr(8) == "WEBP") return "webp_pipe";
  if (bytes.starts_with("BM")) return "bmp_pipe";
  if (bytes.starts_with("GIF8")) return "gif";
  return nullptr;
}

// Why a file was not opened, in words. A y4m header of impossible size comes back from FFmpeg as an error that means something
// else ("Device or resource busy"), so what such a header states is read here.
std::string reason_of(const std::filesystem::path& file, int error) {
  std::string header;
  std::ifstream stream(file, std::ios::binary);
  if (char head[256]; stream.read(head, sizeof head), true) header.assign(head, static_cast<std::size_t>(stream.gcount()));
  std::istringstream words(header.substr(0, header.find('\n')));
  std::string word;
  if (!(words >> word) || word != "YUV4MPEG2") return text_of(error);
  long width = 0, height = 0;
  while (words >> word) {
    if (word[0] == 'W') width = std::strtol(word.c_str() + 1, nullptr, 10);
    if (word[0] == 'H') height = std::strtol(word.c_str() + 1, nullptr, 10);
  }
  constexpr long kMostPixels = std::numeric_limits<int>::max() / 8;  // of a frame, in FFmpeg's libraries
  if (width <= 0 || height <= 0) return "it states no size";
  if (width <= kMostPixels / height) return text_of(error);
  return fmt::format("it states {} x {} pixels, and a frame has at most {}", width, height, kMostPixels);
}

struct Options {
  AVDictionary* values = nullptr;
  ~Options() { av_dict_free(&values); }
};

}  // namespace

void silence_ffmpeg() {
  static const bool done = (av_log_set_level(AV_LOG_QUIET), true);
  (void)done;
}

std::string text_of(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  return av_strerror(error, text.data(), text.size()) == 0 ? std::string(text.data()) : fmt::format("error {}", error);
}

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  GALLOP_CHECK(frame != nullptr, OutOfMemory, "no memory for a frame");
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  GALLOP_CHECK(packet != nullptr, OutOfMemory, "no memory for a packet");
  return packet;
}

Input open_input(const std::filesystem::path& file, InputKind kind) {
  silence_ffmpeg();
  base::require_file(file, kind == InputKind::clip ? "clip" : "picture");
  GALLOP_CHECK(std::filesystem::file_size(file) > 0, MediaError,
               "{}: the file is empty (0 bytes); it was probably not written or copied to the end", base::quote(file));
  Options options;
  av_dict_set(&options.values, "protocol_whitelist", "file", 0);
  const char* picture = kind == InputKind::picture ? picture_format(file) : nullptr;
  GALLOP_CHECK(kind == InputKind::clip || picture != nullptr, MediaError,
               "{}: not a picture this library reads (PNG, JPEG, WebP, BMP, GIF); convert it first", base::quote(file));
  av_dict_set(&options.values, "format_whitelist", picture != nullptr ? picture : kClipFormats, 0);
  AVFormatContext* raw = nullptr;
  const auto* format = picture != nullptr ? av_find_input_format(picture) : nullptr;
  const int opened = avformat_open_input(&raw, ("file:" + file.string()).c_str(), format, &options.values);
  GALLOP_CHECK(opened >= 0, MediaError,
               "{}: not a {} this library reads, or its header is damaged ({}); check the file with a player, or write it again",
               base::quote(file), kind == InputKind::clip ? "clip" : "picture", reason_of(file, opened));
  Input input(raw);
  const int found = avformat_find_stream_info(raw, nullptr);
  GALLOP_CHECK(found >= 0, MediaError, "{}: its streams cannot be understood ({}); the file is damaged or cut short", base::quote(file),
               text_of(found));
  return input;
}

Codec open_decoder(const std::filesystem::path& file, const AVStream& stream, int threads) {
  const auto& parameters = *stream.codecpar;
  const AVCodec* decoder = avcodec_find_decoder(parameters.codec_id);
  GALLOP_CHECK(decoder != nullptr, Unsupported,
               "{}: codec {} is not in this FFmpeg; convert the clip to H.264, or install an FFmpeg that has it", base::quote(file),
               avcodec_get_name(parameters.codec_id));
  Codec codec(avcodec_alloc_context3(decoder));
  GALLOP_CHECK(codec != nullptr && avcodec_parameters_to_context(codec.get(), &parameters) >= 0, OutOfMemory, "{}: no memory for a decoder",
               base::quote(file));
  codec->pkt_timebase = stream.time_base;
  codec->max_pixels = kMostPixels;
  codec->thread_count = threads;
  codec->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
  const int opened = avcodec_open2(codec.get(), decoder, nullptr);
  GALLOP_CHECK(opened >= 0, MediaError, "{}: the {} decoder refuses the stream ({}); the file is damaged", base::quote(file), decoder->name,
               text_of(opened));
  return codec;
}

int rotation_of(const AVStream& stream) {
  const auto* matrix = reinterpret_cast<const std::int32_t*>(av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (matrix == nullptr) return 0;
  const double counter_clockwise = av_display_rotation_get(matrix);
  if (!std::isfinite(counter_clockwise)) return 0;
  const auto quarter = static_cast<int>(std::lround(-counter_clockwise / 90.0));
  return ((quarter % 4) + 4) % 4 * 90;
}

}  // namespace gallop::media
