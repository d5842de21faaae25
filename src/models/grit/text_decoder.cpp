#include "models/grit/text_decoder.h"

#include <limits>

namespace gallop::models::grit {

TextDecoder TextDecoder::load(const GritConfig& config, const nn::Params& params) {
  const auto width = config.text_width;
  const auto embedding = params / "embedding", projection = params / "object_feature_projection";
  TextDecoder decoder{.config = config,
                      .projection = nn::Linear::load(projection / 0, config.channels, width),
                      .projected = nn::LayerNorm::load(projection / 1, width, 1e-5),
                      .words = embedding("words.weight", {config.vocabulary, width}),
                      .positions = embedding("positions.weight", {config.text_positions, width}),
                      .embedded = nn::LayerNorm::load(embedding / "layer_norm", width, 1e-8),
                      .layers = {},
                      .bias = params("output.bias", {config.vocabulary})};
  for (std::int64_t i = 0; i < config.text_depth; ++i)
    decoder.layers.push_back(nn::BertLayer::load(params / "transformer" / "encoder" / "layer" / i,
                                                 {.width = width, .inner = config.text_inner, .heads = config.text_heads}));
  return decoder;
}

at::Tensor TextDecoder::embed(const at::Tensor& ids, std::int64_t first) const {
  const auto tokens = words.index_select(0, ids.reshape({-1})).view({ids.size(0), ids.size(1), words.size(1)});
  return embedded(tokens + positions.narrow(0, first, ids.size(1)));
}

TextDecoder::Sight TextDecoder::look(const at::Tensor& features) const {
  Sight sight{.layers = {}, .boxes = features.size(0)};
  auto x = visual(features);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    sight.layers.push_back(layers[i].self.memory(x));
    if (i + 1 < layers.size()) x = layers[i].feed(layers[i].self(x, sight.layers.back()));  // nobody reads the last one's rows
  }
  return sight;
}

std::vector<TextDecoder::Ids> TextDecoder::describe(const Sight& sight, std::int64_t begin) const {
  const auto visual_tokens = sight.layers.front().keys.size(2), head_width = config.text_width / config.text_heads;
  std::vector<nn::BertCache> caches;
  for (const auto& memory : sight.layers) {
    caches.emplace_back(sight.boxes, config.text_heads, visual_tokens + config.text_length, head_width, words.options());
    caches.back().append(memory);
  }
  std::vector<Ids> texts(static_cast<std::size_t>(sight.boxes));
  std::vector<std::int64_t> speaking;  // box of each row still at work
  for (std::int64_t i = 0; i < sight.boxes; ++i) speaking.push_back(i);
  auto last = at::full({sight.boxes}, begin, at::kLong);
  for (std::int64_t length = 1; length < config.text_length && !speaking.empty(); ++length) {
    auto x = embed(last.unsqueeze(1), length - 1);
    for (std::size_t i = 0; i < layers.size(); ++i) x = layers[i].feed(layers[i].self(x, caches[i].append(layers[i].self.memory(x))));
    auto logits = at::linear(x.squeeze(1), words, bias);
    // From the second word on nothing may be said twice in a row (vbench.md 16.1, quirk 25).
    if (length > 1) logits.scatter_(1, last.unsqueeze(1), -10000.0);
    const auto next = logits.argmax(1);
    std::vector<std::int64_t> still, rows;
    for (std::size_t row = 0; row < speaking.size(); ++row) {
      const auto id = next[static_cast<std::int64_t>(row)].item<std::int64_t>();
      if (id == kEnd) continue;
      texts[static_cast<std::size_t>(speaking[row])].push_back(id);
      still.push_back(speaking[row]);
      rows.push_back(static_cast<std::int64_t>(row));
    }
    last = next;
    if (still.size() == speaking.size()) continue;
    speaking = std::move(still);
    const auto order = at::tensor(rows, at::kLong);
    last = last.index_select(0, order);
    for (auto& cache : caches) cache.reorder(order);
  }
  return texts;
}

at::Tensor TextDecoder::next_logits(const at::Tensor& features, const at::Tensor& ids) const {
  const auto seen = visual(features), said = embed(ids, 0);
  const auto tokens = seen.size(1) + said.size(1);
  auto mask = at::zeros({tokens, tokens}, at::kFloat);
  mask.narrow(1, seen.size(1), said.size(1)).fill_(-std::numeric_limits<double>::infinity());
  for (std::int64_t row = 0; row < said.size(1); ++row) mask[seen.size(1) + row].narrow(0, seen.size(1), row + 1).fill_(0.0);
  auto x = at::cat({seen, said}, 1);
  for (const auto& layer : layers) x = layer.feed(layer.self(x, layer.self.memory(x), mask));
  return at::linear(x.select(1, tokens - 1), words, bias);
}

}  // namespace gallop::models::grit
