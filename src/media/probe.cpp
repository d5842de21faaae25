#include "media/probe.h"

#include "media/ffmpeg.h"

namespace gallop::media {
namespace {

std::string text_or(const char* text, const char* otherwise) { return text != nullptr ? text : otherwise; }

std::string field_order_of(AVFieldOrder order) {
  switch (order) {
    case AV_FIELD_PROGRESSIVE:
      return "progressive";
    case AV_FIELD_TT:
      return "tt";
    case AV_FIELD_BB:
      return "bb";
    case AV_FIELD_TB:
      return "tb";
    case AV_FIELD_BT:
      return "bt";
    default:
      return "unknown";
  }
}

void describe_video(const AVStream& stream, StreamInfo& info) {
  const auto& parameters = *stream.codecpar;
  info.width = parameters.width;
  info.height = parameters.height;
  info.rotation = rotation_of(stream);
  const auto rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
  info.fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0.0;
  info.frames = stream.nb_frames;
  info.pixel_format = text_or(av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format)), "");
  info.color_space = text_or(av_color_space_name(parameters.color_space), "");
  info.color_range = text_or(av_color_range_name(parameters.color_range), "");
  info.color_transfer = text_or(av_color_transfer_name(parameters.color_trc), "");
  info.field_order = field_order_of(parameters.field_order);
}

StreamInfo describe(const AVStream& stream) {
  const auto& parameters = *stream.codecpar;
  StreamInfo info;
  info.index = stream.index;
  info.type = text_or(av_get_media_type_string(parameters.codec_type), "data");
  info.codec = avcodec_get_name(parameters.codec_id);
  if (stream.start_time != AV_NOPTS_VALUE) info.start_seconds = static_cast<double>(stream.start_time) * av_q2d(stream.time_base);
  if (parameters.codec_type == AVMEDIA_TYPE_VIDEO) describe_video(stream, info);
  if (parameters.codec_type == AVMEDIA_TYPE_AUDIO) {
    info.sample_rate = parameters.sample_rate;
    info.channels = parameters.ch_layout.nb_channels;
  }
  return info;
}

}  // namespace

MediaInfo probe(const std::filesystem::path& file) {
  const auto input = open_input(file, InputKind::clip);
  MediaInfo info;
  info.file = file;
  info.container = input->iformat->name;
  info.seconds = input->duration > 0 ? static_cast<double>(input->duration) / AV_TIME_BASE : 0.0;
  info.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
  const int video = av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const int audio = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  info.best_video = video >= 0 ? video : -1;
  info.best_audio = audio >= 0 ? audio : -1;
  for (unsigned i = 0; i < input->nb_streams; ++i) info.streams.push_back(describe(*input->streams[i]));
  return info;
}

}  // namespace gallop::media
