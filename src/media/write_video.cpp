#include "media/write_video.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "media/encoder.h"
#include "media/scaler_input.h"

namespace gallop::media {
namespace {

enum class Form { h264, gif, webp };

std::string lower_extension(const std::filesystem::path& file) {
  auto extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

Form form_of(const std::filesystem::path& file) {
  const auto extension = lower_extension(file);
  if (extension == ".gif") return Form::gif;
  if (extension == ".webp") return Form::webp;
  GALLOP_CHECK(extension == ".mp4" || extension == ".mov" || extension == ".mkv" || extension == ".m4v", InvalidArgument,
               "{}: extension {} is not one a clip is written to; use .mp4, .mov, .mkv, .gif or .webp", base::quote(file),
               base::quote(extension));
  return Form::h264;
}

// Frames of the clip in the encoder's format; odd sides grow by one replicated row or column for 4:2:0.
class FrameFeeder {
 public:
  FrameFeeder(const Video& video, const AVCodecContext& codec) : video_(video), frame_(make_frame()) {
    frame_->format = codec.pix_fmt;
    frame_->width = codec.width;
    frame_->height = codec.height;
    if (codec.pix_fmt == AV_PIX_FMT_YUV420P) {
      frame_->color_range = AVCOL_RANGE_MPEG;
      frame_->colorspace = codec.colorspace;
    }
    GALLOP_CHECK(av_frame_get_buffer(frame_.get(), 0) >= 0, OutOfMemory, "no memory for a frame of {}x{}", codec.width, codec.height);
    scaler_.reset(sws_getContext(codec.width, codec.height, AV_PIX_FMT_RGB24, codec.width, codec.height, codec.pix_fmt,
                                 SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    GALLOP_CHECK(scaler_ != nullptr, OutOfMemory, "no memory for a colour conversion");
    const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
    (void)sws_setColorspaceDetails(scaler_.get(), matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
  }

  const AVFrame* frame(std::int64_t index) {
    GALLOP_CHECK(av_frame_make_writable(frame_.get()) >= 0, OutOfMemory, "no memory for a frame");
    const std::uint8_t* planes[4] = {padded(index), nullptr, nullptr, nullptr};
    const int strides[4] = {frame_->width * 3, 0, 0, 0};
    sws_scale(scaler_.get(), planes, strides, 0, frame_->height, frame_->data, frame_->linesize);
    frame_->pts = index;
    return frame_.get();
  }

 private:
  const std::uint8_t* padded(std::int64_t index) {
    const auto rgb = video_.frame(index);
    if (frame_->width == video_.width() && frame_->height == video_.height())
      return scaler_input(rgb, static_cast<std::size_t>(video_.frames() - 1 - index) * rgb.size(), padding_);
    const auto row = static_cast<std::size_t>(video_.width() * 3), wide = static_cast<std::size_t>(frame_->width) * 3;
    padding_.resize(wide * static_cast<std::size_t>(frame_->height) + kScalerReadsAhead);
    for (int y = 0; y < frame_->height; ++y) {
      const auto* from = rgb.data() + static_cast<std::size_t>(std::min<std::int64_t>(y, video_.height() - 1)) * row;
      auto* to = padding_.data() + static_cast<std::size_t>(y) * wide;
      std::copy_n(from, row, to);
      for (std::size_t x = row; x < wide; ++x) to[x] = to[x - 3];
    }
    return padding_.data();
  }

  Video video_;
  FramePtr frame_;
  Scaler scaler_;
  std::vector<std::uint8_t> padding_;
};

AVRational rate_of_fps(double fps) { return av_d2q(fps, 1 << 20); }

void configure_video(AVCodecContext& codec, const Video& video, const VideoWriteOptions& options, Form form) {
  codec.framerate = rate_of_fps(video.fps());
  codec.time_base = av_inv_q(codec.framerate);
  codec.width = static_cast<int>(video.width());
  codec.height = static_cast<int>(video.height());
  switch (form) {
    case Form::h264:
      codec.width += codec.width % 2;
      codec.height += codec.height % 2;
      codec.pix_fmt = AV_PIX_FMT_YUV420P;
      codec.colorspace = AVCOL_SPC_SMPTE170M;  // BT.601, what every reader assumes when it does not look
      codec.color_range = AVCOL_RANGE_MPEG;
      codec.thread_count = 1;  // the bytes must not depend on the machine's core count
      av_opt_set(codec.priv_data, "crf", std::to_string(options.crf).c_str(), 0);
      av_opt_set(codec.priv_data, "preset", options.preset.c_str(), 0);
      // libx264's vector code for this reads memory it never wrote (seen with release 164), and the bytes follow it.
      av_opt_set_int(codec.priv_data, "mbtree", 0, 0);
      break;
    case Form::gif:
      codec.pix_fmt = AV_PIX_FMT_RGB8;
      break;
    case Form::webp:
      codec.pix_fmt = AV_PIX_FMT_YUV420P;
      break;
  }
}

void configure_audio(AVCodecContext& codec, const Audio& audio, const VideoWriteOptions& options) {
  codec.sample_rate = audio.sample_rate;
  codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
  av_channel_layout_default(&codec.ch_layout, audio.channels);
  codec.bit_rate = std::int64_t{options.audio_kbps} * 1000;
  codec.time_base = {1, audio.sample_rate};
}

void send_audio(EncodedStream& stream, const Audio& audio) {
  auto& codec = stream.codec();
  const auto channels = static_cast<std::size_t>(audio.channels);
  const std::size_t total = audio.samples.size() / channels;
  const std::size_t block = codec.frame_size > 0 ? static_cast<std::size_t>(codec.frame_size) : 1024;
  for (std::size_t start = 0; start < total; start += block) {
    const auto frame = make_frame();
    frame->nb_samples = static_cast<int>(std::min(block, total - start));
    frame->format = codec.sample_fmt;
    frame->sample_rate = codec.sample_rate;
    GALLOP_CHECK(av_channel_layout_copy(&frame->ch_layout, &codec.ch_layout) >= 0 && av_frame_get_buffer(frame.get(), 0) >= 0, OutOfMemory,
                 "no memory for sound");
    for (std::size_t channel = 0; channel < channels; ++channel) {
      auto* out = reinterpret_cast<float*>(frame->extended_data[channel]);
      for (std::size_t i = 0; i < static_cast<std::size_t>(frame->nb_samples); ++i)
        out[i] = std::clamp(audio.samples[(start + i) * channels + channel], -1.0f, 1.0f);
    }
    frame->pts = static_cast<std::int64_t>(start);
    stream.send(frame.get());
  }
  stream.send(nullptr);
}

void check_options(const std::filesystem::path& file, const Video& video, const VideoWriteOptions& options) {
  GALLOP_CHECK(options.crf >= 0 && options.crf <= 51, InvalidArgument, "write_video.crf: {} is outside 0 (lossless) to 51", options.crf);
  constexpr std::array<std::string_view, 9> kPresets = {"ultrafast", "superfast", "veryfast", "faster",  "fast",
                                                        "medium",    "slow",      "slower",   "veryslow"};
  GALLOP_CHECK(std::find(kPresets.begin(), kPresets.end(), options.preset) != kPresets.end(), InvalidArgument,
               "write_video.preset: {} is not one of libx264's; use one from ultrafast to veryslow, such as medium",
               base::quote(options.preset));
  GALLOP_CHECK(options.audio_kbps >= 16 && options.audio_kbps <= 512, InvalidArgument, "write_video.audio_kbps: {} is outside 16 to 512",
               options.audio_kbps);
  GALLOP_CHECK(video.width() <= 16384 && video.height() <= 16384, InvalidArgument, "{}: {}x{} is beyond the 16384 pixels H.264 can hold",
               base::quote(file), video.width(), video.height());
  for (const float sample : video.audio().samples)
    GALLOP_CHECK(std::isfinite(sample), InvalidArgument, "write_video.audio: holds values that are not finite; clean the sound first");
}

void encode(const std::filesystem::path& temporary, const std::filesystem::path& shown, const Video& video,
            const VideoWriteOptions& options, Form form) {
  const auto output = open_output(temporary, shown);
  if (!options.comment.empty()) av_dict_set(&output->metadata, "comment", options.comment.c_str(), 0);
  const char* encoder = form == Form::h264 ? "libx264" : form == Form::gif ? "gif" : "libwebp_anim";
  EncodedStream pictures(*output, encoder, shown, [&](AVCodecContext& codec) { configure_video(codec, video, options, form); });
  std::unique_ptr<EncodedStream> sound;
  if (form == Form::h264 && !video.audio().empty())
    sound = std::make_unique<EncodedStream>(*output, "aac", shown,
                                            [&](AVCodecContext& codec) { configure_audio(codec, video.audio(), options); });
  write_header(*output, shown);
  if (sound) send_audio(*sound, video.audio());
  FrameFeeder feeder(video, pictures.codec());
  for (std::int64_t i = 0; i < video.frames(); ++i) pictures.send(feeder.frame(i));
  pictures.send(nullptr);
  write_trailer(*output, shown);
}

}  // namespace

void write_video(const std::filesystem::path& file, const Video& video, const VideoWriteOptions& options) {
  const auto form = form_of(file);
  check_options(file, video, options);
  base::write_atomic(file, [&](const std::filesystem::path& temporary) { encode(temporary, file, video, options, form); });
}

}  // namespace gallop::media
