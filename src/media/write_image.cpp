#include <algorithm>
#include <cctype>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "media/encoder.h"
#include "media/images.h"
#include "media/scaler_input.h"

namespace gallop::media {
namespace {

struct PictureForm {
  const char* encoder;
  AVPixelFormat format;
};

PictureForm picture_form(const std::filesystem::path& file) {
  auto extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".png") return {"png", AV_PIX_FMT_RGB24};
  if (extension == ".jpg" || extension == ".jpeg") return {"mjpeg", AV_PIX_FMT_YUVJ444P};
  if (extension == ".webp") return {"libwebp", AV_PIX_FMT_BGRA};
  if (extension == ".bmp") return {"bmp", AV_PIX_FMT_BGR24};
  throw InvalidArgument(fmt::format("{}: extension {} is not one a picture is written to; use .png, .jpg, .webp or .bmp", base::quote(file),
                                    base::quote(extension)));
}

std::vector<std::uint8_t> encode_picture(const std::filesystem::path& file, const Image& image, const PictureForm& form) {
  silence_ffmpeg();
  const AVCodec* encoder = avcodec_find_encoder_by_name(form.encoder);
  GALLOP_CHECK(encoder != nullptr, Unsupported, "{}: encoder {} is not in this FFmpeg", base::quote(file), form.encoder);
  Codec codec(avcodec_alloc_context3(encoder));
  codec->width = static_cast<int>(image.width());
  codec->height = static_cast<int>(image.height());
  codec->pix_fmt = form.format;
  codec->time_base = {1, 25};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  codec->global_quality = FF_QP2LAMBDA * 2;
  if (form.format == AV_PIX_FMT_YUVJ444P) codec->color_range = AVCOL_RANGE_JPEG;
  if (form.format == AV_PIX_FMT_BGRA) av_opt_set(codec->priv_data, "lossless", "1", 0);
  const int opened = avcodec_open2(codec.get(), encoder, nullptr);
  GALLOP_CHECK(opened >= 0, InvalidArgument, "{}: a picture of {}x{} cannot be encoded ({})", base::quote(file), image.width(),
               image.height(), text_of(opened));

  const auto frame = make_frame();
  frame->format = form.format;
  frame->width = codec->width;
  frame->height = codec->height;
  frame->quality = codec->global_quality;
  GALLOP_CHECK(av_frame_get_buffer(frame.get(), 0) >= 0, OutOfMemory, "no memory for a picture of {}x{}", image.width(), image.height());
  const Scaler scaler(sws_getContext(codec->width, codec->height, AV_PIX_FMT_RGB24, codec->width, codec->height, form.format,
                                     SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  GALLOP_CHECK(scaler != nullptr, OutOfMemory, "no memory for a colour conversion");
  const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
  (void)sws_setColorspaceDetails(scaler.get(), matrix, 1, matrix, 1, 0, 1 << 16, 1 << 16);
  std::vector<std::uint8_t> room;
  const std::uint8_t* planes[4] = {scaler_input(image.pixels(), 0, room), nullptr, nullptr, nullptr};
  const int strides[4] = {codec->width * 3, 0, 0, 0};
  sws_scale(scaler.get(), planes, strides, 0, codec->height, frame->data, frame->linesize);

  const auto packet = make_packet();
  GALLOP_CHECK(avcodec_send_frame(codec.get(), frame.get()) >= 0 && avcodec_send_frame(codec.get(), nullptr) >= 0 &&
                   avcodec_receive_packet(codec.get(), packet.get()) >= 0,
               InternalError, "{}: encoder {} gave no picture", base::quote(file), form.encoder);
  return {packet->data, packet->data + packet->size};
}

}  // namespace

void write_image(const std::filesystem::path& file, const Image& image) {
  const auto bytes = encode_picture(file, image, picture_form(file));
  base::write_text_atomic(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace gallop::media
