// Frames of a file by reader contract.
#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/names.h"
#include "media/chosen_source.h"
#include "media/frame_source.h"
#include "media/rgb_converter.h"
#include "media/stream_decoder.h"

namespace gallop::media {
namespace {

double rate_of(AVRational rate) { return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0.0; }

// What CAP_PROP_FPS and decord's get_avg_fps report: the average rate, else the guessed one.
double fps_of(const AVFormatContext& input, const AVStream& stream) {
  for (const double fps : {rate_of(stream.avg_frame_rate), rate_of(stream.r_frame_rate),
                           rate_of(av_guess_frame_rate(const_cast<AVFormatContext*>(&input), const_cast<AVStream*>(&stream), nullptr))})
    if (fps > 0.0 && fps < 1e6) return fps;
  return 25.0;
}

// OpenCV reads the first video stream of a file, decord and we the best one.
StreamDecoder::Choice choice_of(ReaderContract contract) {
  return contract == ReaderContract::opencv ? StreamDecoder::Choice::first : StreamDecoder::Choice::best;
}

// Every frame of the video stream the contract chooses.
class FileSource final : public FrameSource {
 public:
  FileSource(const std::filesystem::path& file, const FrameRequest& request)
      : file_(file),
        contract_(request.contract),
        decoder_(file, open_input(file, InputKind::clip), AVMEDIA_TYPE_VIDEO, request.threads, choice_of(request.contract)),
        converter_(request.contract, rotation_of(decoder_.stream()), request.width, request.height) {
    const auto& parameters = *decoder_.stream().codecpar;
    const bool swapped = rotation_of(decoder_.stream()) % 180 != 0;
    info_.fps = fps_of(decoder_.input(), decoder_.stream());
    info_.width = request.width > 0 ? request.width : (swapped ? parameters.height : parameters.width);
    info_.height = request.height > 0 ? request.height : (swapped ? parameters.width : parameters.height);
    // decord hands out one frame a packet; what does not decode repeats the frame before.
    if (contract_ == ReaderContract::decord) info_.frames = count_video_packets(file);
  }

  const SourceInfo& info() const override { return info_; }

  std::optional<FrameView> next() override {
    if (info_.frames && index_ >= *info_.frames) return std::nullopt;
    if (const AVFrame* frame = ended_ ? nullptr : decoder_.next()) {
      flag_corruption(*frame);
      converter_.convert(*frame, current_);
    } else {
      ended_ = true;
      GALLOP_CHECK(index_ > 0, MediaError, "{}: not one frame could be decoded ({}); the file is damaged or not a clip", base::quote(file_),
                   decoder_.last_error().empty() ? "no picture data" : decoder_.last_error());
      if (!info_.frames) return std::nullopt;
      ++repeated_;
    }
    return FrameView{.rgb = current_.pixels(), .height = current_.height, .width = current_.width, .index = index_++};
  }

  std::vector<std::string> flags() const override {
    std::vector<std::string> all;
    if (decoder_.packets_damaged() > 0)
      all.push_back(fmt::format("damaged: {} of {} packets could not be decoded ({})", decoder_.packets_damaged(), decoder_.packets_seen(),
                                decoder_.last_error()));
    if (corrupt_ > 0) all.push_back(fmt::format("damaged: {} frames are marked corrupt by the decoder", corrupt_));
    if (repeated_ > 0) all.push_back(fmt::format("{} frames missing at the end repeat the last one", repeated_));
    return all;
  }

 private:
  void flag_corruption(const AVFrame& frame) { corrupt_ += (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0; }

  std::filesystem::path file_;
  ReaderContract contract_;
  StreamDecoder decoder_;
  RgbConverter converter_;
  SourceInfo info_;
  RgbFrame current_;
  std::int64_t index_ = 0, repeated_ = 0, corrupt_ = 0;
  bool ended_ = false;
};

// The frames a clip hands out in all, for choosing the middle ones: known in advance, or counted by decoding once.
std::int64_t frames_in_all(const std::filesystem::path& file, FrameRequest request, const FrameSource& source) {
  if (source.info().frames) return *source.info().frames;
  FileSource counter(file, request);
  std::int64_t count = 0;
  while (counter.next()) ++count;
  return count;
}

}  // namespace

std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& file, const FrameRequest& request) {
  auto source = std::make_unique<FileSource>(file, request);
  if (request.middle == 0) return request.rate > 0.0 ? lower_rate(std::move(source), request.rate) : std::move(source);
  const auto frames = frames_in_all(file, request, *source);
  GALLOP_CHECK(frames > 0, MediaError, "{}: holds no frames; the file is damaged", base::quote(file));
  return choose_frames(std::move(source), middle_indices(frames, request.middle));
}

}  // namespace gallop::media
