#include "pipelines/single_stream/inputs.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/names.h"
#include "media/audio.h"
#include "media/images.h"
#include "pipelines/single_stream/sampling.h"
#include "tensor/convert.h"
#include "tensor/resample.h"
#include "tensor/resize.h"

namespace gallop::pipelines::single_stream {
namespace {

constexpr std::int64_t kMostRows = 640;
constexpr std::int64_t kLatentRate = 51200;  // samples a second that make 25 latents of 2048

// Half-way cases to the even side, as the reference's cropping does.
std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

}  // namespace

at::Tensor text_rows(SingleStreamParts& parts, const std::string& prompt, const base::RunMonitor& monitor, int index, int count) {
  const auto ids = parts.tokenizer().encode(prompt);
  auto& encoder = parts.text_encoder();
  const auto layers = static_cast<int>(encoder.config().layers);
  monitor.tick(Stage::encode_text, index * layers, count * layers);
  const auto rows = encoder.encode(ids, [&](int layer) { monitor.tick(Stage::encode_text, index * layers + layer + 1, count * layers); });
  return rows.to(at::kHalf).narrow(0, 0, std::min(kMostRows, rows.size(0))).to(at::kFloat);
}

at::Tensor fitted_picture(const at::Tensor& picture, Pixels size) {
  const auto height = picture.size(0), width = picture.size(1);
  auto kept_height = height, kept_width = width;
  if (height * size.width > size.height * width) {
    kept_height = width * size.height / size.width;
  } else {
    kept_width = height * size.width / size.height;
  }
  const auto top = rounded(static_cast<double>(height - kept_height) / 2.0), left = rounded(static_cast<double>(width - kept_width) / 2.0);
  const auto cut = picture.narrow(0, top, kept_height).narrow(1, left, kept_width).contiguous();
  const auto scaled = tensor::resize_pillow(cut, {size.height, size.width}, tensor::PillowFilter::lanczos);
  return (scaled.to(at::kFloat) / 127.5 - 1.0).permute({2, 0, 1}).unsqueeze(1).contiguous();
}

at::Tensor picture_latents(SingleStreamParts& parts, const Picture& picture, Pixels size, const base::RunMonitor& monitor) {
  monitor.tick(Stage::encode_image, 0, 1);
  const auto image = picture.image() != nullptr ? *picture.image() : media::read_image(*picture.file());
  auto& vae = parts.vae();
  const auto moments = vae.encode(fitted_picture(tensor::view_of(image), size), 1, {.between_pieces = [&] { monitor.pulse(); }});
  monitor.tick(Stage::encode_image, 1, 1);
  return vae.normalized(moments[0], 0).to(at::kFloat);
}

at::Tensor sound_latents(SingleStreamParts& parts, const std::filesystem::path& sound, std::int64_t latents, tensor::NoiseStream& noise,
                         const base::RunMonitor& monitor) {
  const auto audio = media::read_audio(sound);
  GALLOP_CHECK(!audio.empty(), InvalidArgument, "generate.sound: {} holds no sound", base::quote(sound));
  const auto& vae = parts.audio_vae();
  const auto mono = at::tensor(audio.samples, at::kFloat).view({-1, audio.channels}).mean(1).unsqueeze(0);
  const auto resampled = tensor::resample_fourier(mono, std::max<std::int64_t>(1, mono.size(1) * kLatentRate / audio.sample_rate));
  const auto samples = latents * vae.config().hop();
  // The rate conversion may round the last sample of the last latent away.
  const auto wave = at::constant_pad_nd(resampled, {0, std::max<std::int64_t>(0, samples - resampled.size(1))}).narrow(1, 0, samples);
  const auto encode = [&](const at::Tensor& piece) {
    const auto posterior = vae.encode(piece, [&] { monitor.pulse(); });
    const auto mean = posterior.mean.to(at::kCPU);
    return mean + posterior.deviation.to(at::kCPU) * noise.normal(mean.sizes());
  };
  return driving_latents(wave.expand({vae.config().waves, -1}).contiguous(), encode).t().contiguous();
}

}  // namespace gallop::pipelines::single_stream
