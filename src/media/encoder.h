// One encoded stream of an output file.
#pragma once

#include <functional>

#include "media/ffmpeg.h"

namespace gallop::media {

struct OutputCloser {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using Output = std::unique_ptr<AVFormatContext, OutputCloser>;

// A container opened for writing at `temporary`, format by its extension; `shown` names the file in messages.
Output open_output(const std::filesystem::path& temporary, const std::filesystem::path& shown);

// Feeds frames to an encoder and its packets to the container.
class EncodedStream {
 public:
  // `configure` sets size, rates and options on the new context. Unsupported when FFmpeg has no such encoder.
  EncodedStream(AVFormatContext& output, const char* encoder, const std::filesystem::path& shown,
                const std::function<void(AVCodecContext&)>& configure);
  AVCodecContext& codec() { return *codec_; }
  void send(const AVFrame* frame);  // null ends the stream. IoError when writing fails (disk full)

 private:
  AVFormatContext& output_;
  std::filesystem::path shown_;
  AVStream* stream_;
  Codec codec_;
  PacketPtr packet_;
};

void write_header(AVFormatContext& output, const std::filesystem::path& shown);
void write_trailer(AVFormatContext& output, const std::filesystem::path& shown);  // flushes; IoError

}  // namespace gallop::media
