#include "media/stream_decoder.h"

#include "base/check.h"
#include "base/names.h"

namespace gallop::media {
namespace {

// Errors in a row after which a file is given up: a decoder that refuses this much will not recover.
constexpr int kMostErrorsInARow = 4096;

int first_stream(const AVFormatContext& input, AVMediaType type) {
  for (unsigned i = 0; i < input.nb_streams; ++i)
    if (input.streams[i]->codecpar->codec_type == type) return static_cast<int>(i);
  return -1;
}

int choose_stream(const std::filesystem::path& file, AVFormatContext& input, AVMediaType type, StreamDecoder::Choice choice) {
  const int index =
      choice == StreamDecoder::Choice::first ? first_stream(input, type) : av_find_best_stream(&input, type, -1, -1, nullptr, 0);
  GALLOP_CHECK(index >= 0, MediaError, "{}: holds no {} stream; is this the right file?", base::quote(file),
               type == AVMEDIA_TYPE_VIDEO ? "video" : "audio");
  return index;
}

}  // namespace

StreamDecoder::StreamDecoder(const std::filesystem::path& file, Input input, AVMediaType type, int threads, Choice choice)
    : file_(file),
      input_(std::move(input)),
      index_(choose_stream(file, *input_, type, choice)),
      codec_(open_decoder(file, *input_->streams[index_], threads)),
      frame_(make_frame()),
      packet_(make_packet()) {
  for (unsigned i = 0; i < input_->nb_streams; ++i)
    if (static_cast<int>(i) != index_) input_->streams[i]->discard = AVDISCARD_ALL;
}

bool StreamDecoder::feed() {
  while (true) {
    const int read = av_read_frame(input_.get(), packet_.get());
    if (read < 0) {
      if (read != AVERROR_EOF) {
        last_error_ = text_of(read);
        ++damaged_;
      }
      avcodec_send_packet(codec_.get(), nullptr);
      draining_ = true;
      return false;
    }
    const bool ours = packet_->stream_index == index_;
    int sent = 0;
    if (ours) {
      ++packets_;
      sent = avcodec_send_packet(codec_.get(), packet_.get());
    }
    av_packet_unref(packet_.get());
    if (!ours) continue;
    if (sent < 0 && sent != AVERROR(EAGAIN)) {
      last_error_ = text_of(sent);
      ++damaged_;
    }
    return true;
  }
}

const AVFrame* StreamDecoder::next() {
  for (int errors = 0; errors < kMostErrorsInARow;) {
    const int received = avcodec_receive_frame(codec_.get(), frame_.get());
    if (received >= 0) {
      ++frames_;
      return frame_.get();
    }
    if (received == AVERROR_EOF) return nullptr;
    if (received == AVERROR(EAGAIN)) {
      if (draining_) return nullptr;
      feed();
      continue;
    }
    last_error_ = text_of(received);
    ++damaged_;
    ++errors;
    if (!draining_) feed();
  }
  throw MediaError(fmt::format("{}: gave up after {} decoding errors in a row ({}); the file is damaged", base::quote(file_),
                               kMostErrorsInARow, last_error_));
}

std::int64_t count_video_packets(const std::filesystem::path& file) {
  const auto input = open_input(file, InputKind::clip);
  const int index = choose_stream(file, *input, AVMEDIA_TYPE_VIDEO, StreamDecoder::Choice::best);
  for (unsigned i = 0; i < input->nb_streams; ++i)
    if (static_cast<int>(i) != index) input->streams[i]->discard = AVDISCARD_ALL;
  const auto packet = make_packet();
  std::int64_t count = 0;
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    count += packet->stream_index == index;
    av_packet_unref(packet.get());
  }
  return count;
}

}  // namespace gallop::media
