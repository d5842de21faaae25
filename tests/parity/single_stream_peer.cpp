// Computes what single_stream_parity.py compares: `single_stream_peer FOLDER` reads the tiny models and recorded results that
// reference_single_stream.py wrote and prints the largest differences as JSON.
#include <fmt/format.h>

#include <filesystem>

#include "base/json.h"
#include "models/stable_audio/vae.h"
#include "models/t5gemma/encoder.h"
#include "tensor/resample.h"
#include "text/bpe.h"

namespace {

using namespace gallop;
namespace fs = std::filesystem;

double gap(const at::Tensor& a, const at::Tensor& b) { return (a.to(at::kFloat) - b.to(at::kFloat)).abs().max().item<double>(); }

int wrong_texts(const fs::path& folder, base::Json& report) {
  const auto tokenizer = text::Bpe::read(folder / "tokenizer.json");
  int wrong = 0;
  const auto cases = base::read_json(folder / "tokens.json");
  for (const auto& item : cases)
    if (tokenizer.encode(item.at("text").get<std::string>()) != item.at("ids").get<std::vector<int>>()) {
      if (wrong++ == 0) report["first_wrong_text"] = item.at("text");
    }
  report["texts"] = cases.size();
  return wrong;
}

void encoders(const fs::path& folder, base::Json& report) {
  const auto config = models::t5gemma::EncoderConfig::from_json(base::read_json(folder / "encoder.json"), "encoder.json");
  const auto recorded = weights::open_weights(folder / "encoded.safetensors");
  const auto row = recorded.at("ids").view({-1});
  std::vector<int> ids;
  for (std::int64_t i = 0; i < row.numel(); ++i) ids.push_back(static_cast<int>(row[i].item<std::int64_t>()));
  for (const bool soft_cap : {false, true})
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      weights::WeightMap map(models::t5gemma::encoder_tensors(weights::open_weights(folder / "encoder.safetensors")),
                             "encoder.safetensors");
      auto encoder = models::t5gemma::Encoder::load(config, map, dtype, at::kCPU, {.soft_cap = soft_cap, .bfloat16_scale = false});
      map.finish();
      const auto name = fmt::format("{}.{}", soft_cap ? "eager" : "sdpa", dtype == at::kFloat ? "float32" : "bfloat16");
      report["encoder"][name] = gap(encoder.encode(ids), recorded.at(name));
    }
}

void sounds(const fs::path& folder, base::Json& report) {
  const auto config = models::stable_audio::AudioVaeConfig::from_json(base::read_json(folder / "audio.json"), "audio.json");
  weights::WeightMap map(weights::open_weights(folder / "audio.safetensors"), "audio.safetensors");
  map.keep_prefix("pretransform.model.");
  const auto vae = models::stable_audio::AudioVae::load(config, map, at::kCPU, true);
  map.finish();
  const auto recorded = weights::open_weights(folder / "sounds.safetensors");
  const auto posterior = vae.encode(recorded.at("wave"));
  report["audio"] = {{"decoded", gap(vae.decode(recorded.at("latents")), recorded.at("decoded"))},
                     {"decoded_size", recorded.at("decoded").abs().max().item<double>()},
                     {"mean", gap(posterior.mean, recorded.at("mean"))},
                     {"deviation", gap(posterior.deviation, recorded.at("deviation"))}};
}

void resampled(const fs::path& folder, base::Json& report) {
  const auto recorded = weights::open_weights(folder / "resampled.safetensors");
  const auto by_sox = recorded.at("sox");
  const auto found = tensor::resample_fourier(recorded.at("wave"), recorded.at("wave").size(1) * 441 / 512);
  report["resampled"] = {{"samples", found.size(1)}, {"sox_samples", by_sox.size(1)}, {"size", by_sox.abs().max().item<double>()}};
  report["resampled"]["scipy"] = gap(found, recorded.at("scipy"));
  if (found.size(1) == by_sox.size(1)) report["resampled"]["sox"] = gap(found, by_sox);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const fs::path folder = arguments[1];
  base::Json report;
  report["wrong_texts"] = wrong_texts(folder, report);
  encoders(folder, report);
  sounds(folder, report);
  resampled(folder, report);
  fmt::print("{}\n", report.dump());
  return 0;
}
