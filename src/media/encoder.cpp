#include "media/encoder.h"

#include "base/check.h"
#include "base/names.h"

namespace gallop::media {
namespace {

void check_written(int result, const std::filesystem::path& shown) {
  GALLOP_CHECK(result >= 0, IoError, "{}: writing failed ({}); free space or choose another folder", base::quote(shown), text_of(result));
}

}  // namespace

Output open_output(const std::filesystem::path& temporary, const std::filesystem::path& shown) {
  silence_ffmpeg();
  AVFormatContext* raw = nullptr;
  const int made = avformat_alloc_output_context2(&raw, nullptr, nullptr, temporary.c_str());
  GALLOP_CHECK(made >= 0 && raw != nullptr, InvalidArgument,
               "{}: no container is known for this extension; use .mp4, .mov, .mkv, .gif or .webp", base::quote(shown));
  Output output(raw);
  const int opened = avio_open(&raw->pb, ("file:" + temporary.string()).c_str(), AVIO_FLAG_WRITE);
  GALLOP_CHECK(opened >= 0, IoError, "{}: cannot be created ({}); check the folder and its permissions", base::quote(shown),
               text_of(opened));
  raw->flags |= AVFMT_FLAG_BITEXACT;  // no dates, no library versions: same input, same bytes
  return output;
}

EncodedStream::EncodedStream(AVFormatContext& output, const char* encoder, const std::filesystem::path& shown,
                             const std::function<void(AVCodecContext&)>& configure)
    : output_(output), shown_(shown), stream_(avformat_new_stream(&output, nullptr)), packet_(make_packet()) {
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder);
  GALLOP_CHECK(codec != nullptr, Unsupported, "{}: encoder {} is not in this FFmpeg; install an FFmpeg that has it", base::quote(shown),
               encoder);
  codec_.reset(avcodec_alloc_context3(codec));
  GALLOP_CHECK(codec_ != nullptr && stream_ != nullptr, OutOfMemory, "{}: no memory for an encoder", base::quote(shown));
  configure(*codec_);
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  if ((output.oformat->flags & AVFMT_GLOBALHEADER) != 0) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  const int opened = avcodec_open2(codec_.get(), codec, nullptr);
  GALLOP_CHECK(opened >= 0, InvalidArgument, "{}: encoder {} refuses these settings ({})", base::quote(shown), encoder, text_of(opened));
  stream_->time_base = codec_->time_base;
  GALLOP_CHECK(avcodec_parameters_from_context(stream_->codecpar, codec_.get()) >= 0, OutOfMemory, "{}: no memory for a stream",
               base::quote(shown));
  if (codec_->codec_type == AVMEDIA_TYPE_VIDEO) stream_->avg_frame_rate = codec_->framerate;
}

void EncodedStream::send(const AVFrame* frame) {
  check_written(avcodec_send_frame(codec_.get(), frame), shown_);
  while (true) {
    const int received = avcodec_receive_packet(codec_.get(), packet_.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return;
    check_written(received, shown_);
    packet_->stream_index = stream_->index;
    if (packet_->duration == 0 && codec_->codec_type == AVMEDIA_TYPE_VIDEO) packet_->duration = 1;
    av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
    check_written(av_interleaved_write_frame(&output_, packet_.get()), shown_);
  }
}

void write_header(AVFormatContext& output, const std::filesystem::path& shown) {
  const int written = avformat_write_header(&output, nullptr);
  GALLOP_CHECK(written >= 0, IoError, "{}: the header cannot be written ({}); check free space", base::quote(shown), text_of(written));
}

void write_trailer(AVFormatContext& output, const std::filesystem::path& shown) {
  check_written(av_write_trailer(&output), shown);
  avio_flush(output.pb);
  check_written(output.pb->error, shown);
  check_written(avio_closep(&output.pb), shown);
}

}  // namespace gallop::media
