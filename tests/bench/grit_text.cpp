// Time of GRiT's text decoder against the length of the text: with kept keys and values, and computing the whole sequence again
// for every word, as the reference does. Full size, random weights, `boxes` boxes. usage: grit_text_bench [boxes] [repeats]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "models/grit/text_decoder.h"
#include "tensor/noise.h"

namespace {

using gallop::models::grit::GritConfig;
using gallop::models::grit::TextDecoder;

TextDecoder decoder_of(std::int64_t length) {
  GritConfig config;
  config.text_length = length;
  std::uint64_t seed = 1;
  auto decoder = TextDecoder::load(config, gallop::nn::Params([&](const std::string& name, at::IntArrayRef shape) {
                                     const auto noise = gallop::tensor::seeded_normal(shape, seed++);
                                     return name.ends_with("norm.weight") || name.ends_with("LayerNorm.weight") ||
                                                    name.ends_with("projection.1.weight")
                                                ? at::ones(shape, at::kFloat)
                                                : noise * 0.02;
                                   }));
  decoder.bias[TextDecoder::kEnd] = -1e9;  // never ends: every text has the full length
  return decoder;
}

template <class Work>
double median_seconds(int repeats, const Work& work) {
  std::vector<double> all;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    all.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  const c10::InferenceMode guard;
  const std::int64_t boxes = count > 1 ? std::atoi(words[1]) : 8;
  const int repeats = count > 2 ? std::atoi(words[2]) : 3;
  const auto features = gallop::tensor::seeded_normal({boxes, 196, 256}, 99);
  std::printf("%lld boxes, median of %d, %d threads\nwords  kept s  again s  ratio\n", static_cast<long long>(boxes), repeats,
              at::get_num_threads());
  for (const std::int64_t length : {5, 10, 20, 40}) {
    const auto decoder = decoder_of(length);
    const double kept = median_seconds(repeats, [&] { decoder.describe(decoder.look(features), 101); });
    const double again = median_seconds(1, [&] {
      auto ids = at::full({boxes, 1}, 101, at::kLong);
      while (ids.size(1) < length) ids = at::cat({ids, decoder.next_logits(features, ids).argmax(1).unsqueeze(1)}, 1);
    });
    std::printf("%5lld  %6.3f  %7.3f  %5.1f\n", static_cast<long long>(length - 1), kept, again, again / kept);
  }
  return 0;
}
