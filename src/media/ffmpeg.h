// FFmpeg's C handles with owners, declared once: nothing else in the library frees one.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <filesystem>
#include <memory>
#include <string>

namespace gallop::media {

struct InputCloser {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
struct CodecCloser {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FrameCloser {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct PacketCloser {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct ScalerCloser {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
struct ResamplerCloser {
  void operator()(SwrContext* context) const { swr_free(&context); }
};
using Input = std::unique_ptr<AVFormatContext, InputCloser>;
using Codec = std::unique_ptr<AVCodecContext, CodecCloser>;
using FramePtr = std::unique_ptr<AVFrame, FrameCloser>;
using PacketPtr = std::unique_ptr<AVPacket, PacketCloser>;
using Scaler = std::unique_ptr<SwsContext, ScalerCloser>;
using Resampler = std::unique_ptr<SwrContext, ResamplerCloser>;

FramePtr make_frame();    // OutOfMemory
PacketPtr make_packet();  // OutOfMemory

// Keeps FFmpeg from printing to standard error: its words reach the caller through our messages. Before any other call.
void silence_ffmpeg();

// FFmpeg's text for a negative return value.
std::string text_of(int error);

// Largest picture this library opens: 2^28 pixels, checked before anything is allocated.
inline constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;

enum class InputKind { clip, picture };
// Opens a local file by content, with demuxers from a fixed list: no playlists, no references to other files, no network.
// NotFound, InvalidArgument (folder, pipe), MediaError (not media, damaged header, a picture where a clip is asked for).
Input open_input(const std::filesystem::path& file, InputKind kind);

// The decoder of a stream, opened. Unsupported (codec not in this FFmpeg), MediaError. threads: 0 = all.
Codec open_decoder(const std::filesystem::path& file, const AVStream& stream, int threads);

// Degrees clockwise (0, 90, 180, 270) a player turns the pictures of this stream.
int rotation_of(const AVStream& stream);

}  // namespace gallop::media
