#include "media/audio.h"

#include "base/check.h"
#include "base/names.h"
#include "media/stream_decoder.h"

namespace gallop::media {
namespace {

constexpr std::size_t kMostSamples = std::size_t{1} << 31;  // 8 GiB of float: about five hours of stereo at 48 kHz

bool has_audio(const std::filesystem::path& file) {
  const auto input = open_input(file, InputKind::clip);
  return av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0) >= 0;
}

// To interleaved float32, rate and channels unchanged. Made at the first frame, remade when the format changes.
class ToFloat {
 public:
  void append(const AVFrame& frame, Audio& audio) {
    if (!same_format(frame)) prepare(frame);
    const auto start = audio.samples.size();
    GALLOP_CHECK(start < kMostSamples, OutOfMemory, "the sound is longer than {} samples; cut the clip", kMostSamples);
    audio.samples.resize(start + static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(frame.ch_layout.nb_channels));
    auto* out = reinterpret_cast<std::uint8_t*>(audio.samples.data() + start);
    const int converted =
        swr_convert(resampler_.get(), &out, frame.nb_samples, const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
    GALLOP_CHECK(converted == frame.nb_samples, MediaError, "sound could not be converted ({})",
                 converted < 0 ? text_of(converted) : "samples missing");
  }

 private:
  bool same_format(const AVFrame& frame) const {
    return resampler_ != nullptr && frame.format == format_ && frame.ch_layout.nb_channels == channels_ && frame.sample_rate == rate_;
  }
  void prepare(const AVFrame& frame) {
    SwrContext* raw = nullptr;
    const auto format = static_cast<AVSampleFormat>(frame.format);
    auto* layout = const_cast<AVChannelLayout*>(&frame.ch_layout);  // FFmpeg 5 does not say const, but only reads it
    const int set = swr_alloc_set_opts2(&raw, layout, AV_SAMPLE_FMT_FLT, frame.sample_rate, layout, format, frame.sample_rate, 0, nullptr);
    resampler_.reset(raw);
    GALLOP_CHECK(set >= 0 && swr_init(raw) >= 0, MediaError, "sound of this format cannot be converted; convert the track to AAC or PCM");
    format_ = frame.format;
    channels_ = frame.ch_layout.nb_channels;
    rate_ = frame.sample_rate;
  }

  Resampler resampler_;
  int format_ = -1, channels_ = 0, rate_ = 0;
};

}  // namespace

Audio read_audio(const std::filesystem::path& file) {
  Audio audio;
  if (!has_audio(file)) return audio;
  StreamDecoder decoder(file, open_input(file, InputKind::clip), AVMEDIA_TYPE_AUDIO, 1);
  ToFloat to_float;
  while (const AVFrame* frame = decoder.next()) {
    if (audio.channels == 0) {
      audio.channels = frame->ch_layout.nb_channels;
      audio.sample_rate = frame->sample_rate;
    }
    if (frame->ch_layout.nb_channels != audio.channels || frame->sample_rate != audio.sample_rate)
      throw Unsupported(fmt::format("{}: the sound changes from {} channels at {} Hz to {} at {}; re-encode the track", base::quote(file),
                                    audio.channels, audio.sample_rate, frame->ch_layout.nb_channels, frame->sample_rate));
    to_float.append(*frame, audio);
  }
  GALLOP_CHECK(!audio.empty() || decoder.packets_seen() == 0, MediaError, "{}: the sound cannot be decoded ({})", base::quote(file),
               decoder.last_error());
  if (audio.empty()) audio = {};
  return audio;
}

}  // namespace gallop::media
