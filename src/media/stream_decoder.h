// Decodes one stream of a file, packet by packet, forgiving damaged packets and keeping count of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "media/ffmpeg.h"

namespace gallop::media {

// Used by one thread at a time; decoding itself may use several.
class StreamDecoder {
 public:
  // The best stream of `type`, or the first one in the file's order. MediaError when there is none.
  enum class Choice { best, first };
  StreamDecoder(const std::filesystem::path& file, Input input, AVMediaType type, int threads, Choice choice = Choice::best);

  // The next decoded frame in presentation order, or null at the end. Owned by the decoder, valid until the next call.
  const AVFrame* next();

  const AVStream& stream() const { return *input_->streams[index_]; }
  const AVFormatContext& input() const { return *input_; }
  std::int64_t frames_decoded() const { return frames_; }
  std::int64_t packets_seen() const { return packets_; }  // of this stream, whole file once next() returned null
  std::int64_t packets_damaged() const { return damaged_; }
  std::string last_error() const { return last_error_; }

 private:
  bool feed();  // one packet to the decoder; false at the end of the file

  std::filesystem::path file_;
  Input input_;
  int index_;
  Codec codec_;
  FramePtr frame_;
  PacketPtr packet_;
  bool draining_ = false;
  std::int64_t frames_ = 0, packets_ = 0, damaged_ = 0;
  std::string last_error_;
};

// Packets of the best video stream, counted by reading the whole file without decoding.
std::int64_t count_video_packets(const std::filesystem::path& file);

}  // namespace gallop::media
