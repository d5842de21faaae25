#include "models/tag2text/tag2text.h"

#include <algorithm>
#include <array>
#include <limits>

namespace gallop::models::tag2text {
namespace {

// A fraction and the number words one to five are never given.
constexpr std::array<std::int64_t, 6> kNeverGiven = {127, 3265, 3338, 3351, 3355, 3359};

std::vector<nn::BertLayer> load_layers(const Tag2TextConfig& config, const nn::Params& params, std::int64_t cross_width) {
  std::vector<nn::BertLayer> layers;
  for (std::int64_t i = 0; i < config.depth; ++i)
    layers.push_back(
        nn::BertLayer::load(params / "encoder" / "layer" / i,
                            {.width = config.width, .inner = config.inner, .heads = config.heads, .cross_width = cross_width}));
  return layers;
}

// What goes on after one token: the searches that are not over, the images and rows of the step before they continue, their tokens.
struct Step {
  std::vector<BeamSearch*> searches;
  std::vector<std::int64_t> images, rows, tokens;
};

// `chances` [searches * beams, vocabulary] log-probabilities of the next token; overwritten.
Step advance(const std::vector<BeamSearch*>& open, at::Tensor& chances, const BeamRules& rules) {
  const auto beams = rules.beams, vocabulary = chances.size(1), count = static_cast<std::int64_t>(open.size());
  std::vector<float> sums;
  for (const auto* search : open) sums.insert(sums.end(), search->scores().begin(), search->scores().end());
  if (!open.front()->may_end()) chances.select(1, rules.end).fill_(-std::numeric_limits<double>::infinity());
  chances += at::tensor(sums, at::kFloat).unsqueeze(1);
  const auto [best, places] = chances.view({count, beams * vocabulary}).topk(2 * beams, 1);
  Step step;
  for (std::int64_t image = 0; image < count; ++image) {
    std::vector<BeamSearch::Candidate> candidates;
    for (std::int64_t rank = 0; rank < 2 * beams; ++rank) {
      const auto place = places[image][rank].item<std::int64_t>();
      candidates.push_back({best[image][rank].item<float>(), place / vocabulary, place % vocabulary});
    }
    auto* search = open[static_cast<std::size_t>(image)];
    if (!search->advance(candidates)) continue;
    step.searches.push_back(search);
    step.images.push_back(image);
    for (const auto source : search->sources()) step.rows.push_back(image * beams + source);
    step.tokens.insert(step.tokens.end(), search->tokens().begin(), search->tokens().end());
  }
  return step;
}

}  // namespace

Embeddings Embeddings::load(const Tag2TextConfig& config, const nn::Params& params) {
  return {.words = params("word_embeddings.weight", {config.vocabulary, config.width}),
          .positions = params("position_embeddings.weight", {config.positions, config.width}),
          .norm = nn::LayerNorm::load(params / "LayerNorm", config.width, 1e-12)};
}

at::Tensor Embeddings::operator()(const at::Tensor& ids, std::int64_t first) const {
  const auto tokens = words.index_select(0, ids.reshape({-1})).view({ids.size(0), ids.size(1), words.size(1)});
  return norm(tokens + positions.narrow(0, first, ids.size(1)));
}

at::Tensor TaggingHead::hidden(const at::Tensor& seen) const {
  auto x = queries.expand({seen.size(0), queries.size(1), queries.size(2)});
  for (const auto& layer : layers) x = layer.feed(layer.attention(x, layer.attention.memory(seen)));
  return x;
}

at::Tensor TaggingHead::operator()(const at::Tensor& seen) const { return (hidden(seen) * weight).sum(-1) + bias; }

Tag2Text Tag2Text::load(const Tag2TextConfig& config, const nn::Params& params) {
  const auto tag_encoder = params / "tag_encoder", decoder = params / "text_decoder", head = decoder / "cls" / "predictions";
  Tag2Text model{.config = config,
                 .image = Swin::load(config.image, params / "visual_encoder"),
                 .tagging = {.queries = params("label_embed.weight", {config.tags, config.width}).unsqueeze(0),
                             .layers = {},
                             .weight = params("fc.W", {1, config.tags, config.width}).squeeze(0),
                             .bias = params("fc.b", {1, config.tags}).squeeze(0)},
                 .tag_embeddings = Embeddings::load(config, tag_encoder / "embeddings"),
                 .embeddings = Embeddings::load(config, decoder / "bert" / "embeddings"),
                 .tag_layers = load_layers(config, tag_encoder, config.image.output()),
                 .layers = load_layers(config, decoder / "bert", config.width),
                 .transform = nn::Linear::load(head / "transform" / "dense", config.width, config.width),
                 .transformed = nn::LayerNorm::load(head / "transform" / "LayerNorm", config.width, 1e-12),
                 .output_bias = head("bias", {config.vocabulary})};
  for (std::int64_t i = 0; i < config.tag_depth; ++i) {
    const auto& layer = model.tag_layers[static_cast<std::size_t>(i)];
    model.tagging.layers.push_back({*layer.cross, layer.feed});
    model.tagging.layers.back().attention.heads = config.tag_heads;
  }
  return model;
}

std::vector<Tag2Text::Ids> Tag2Text::tags(const at::Tensor& seen) const {
  const auto given = (tagging(seen).sigmoid() > config.threshold).cpu();
  std::vector<Ids> all;
  for (std::int64_t row = 0; row < given.size(0); ++row) {
    const auto found = given[row].nonzero().squeeze(1);
    Ids ids(found.const_data_ptr<std::int64_t>(), found.const_data_ptr<std::int64_t>() + found.numel());
    std::erase_if(ids, [](std::int64_t id) { return std::find(kNeverGiven.begin(), kNeverGiven.end(), id) != kNeverGiven.end(); });
    all.push_back(std::move(ids));
  }
  return all;
}

at::Tensor Tag2Text::encode_tags(const at::Tensor& seen, const at::Tensor& ids) const {
  const auto padding = (ids == 0).to(at::kFloat).mul(-10000.0).view({ids.size(0), 1, 1, ids.size(1)}).to(seen.device());
  auto x = tag_embeddings(ids);
  for (const auto& layer : tag_layers)
    x = layer.feed((*layer.cross)(layer.self(x, layer.self.memory(x), padding), layer.cross->memory(seen)));
  return x;
}

at::Tensor Tag2Text::next(const at::Tensor& ids, std::int64_t first, std::vector<nn::BertCache>& caches,
                          const std::vector<nn::BertAttention::Memory>& seen) const {
  const auto count = ids.size(1);
  at::Tensor mask;
  if (count > 1) mask = at::full({count, count}, -std::numeric_limits<double>::infinity(), at::kFloat).triu(1);
  auto x = embeddings(ids, first);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = layers[i];
    x = layer.feed((*layer.cross)(layer.self(x, caches[i].append(layer.self.memory(x)), mask), seen[i]));
  }
  const auto hidden = transformed(at::gelu(transform(x.select(1, count - 1))));
  return at::linear(hidden, embeddings.words, output_bias).log_softmax(1);
}

std::vector<Tag2Text::Ids> Tag2Text::captions(const at::Tensor& states, const BeamRules& rules, const Ids& prompt) const {
  const auto beams = rules.beams, images = states.size(0);
  std::vector<BeamSearch> searches(static_cast<std::size_t>(images), BeamSearch(rules, prompt));
  std::vector<nn::BertAttention::Memory> seen;
  std::vector<nn::BertCache> caches;
  for (const auto& layer : layers) {
    seen.push_back(layer.cross->memory(states));
    caches.emplace_back(images * beams, config.heads, rules.longest, config.width / config.heads, states.options());
  }
  std::vector<BeamSearch*> open;  // searches still at work, in the order of the rows
  for (auto& search : searches) open.push_back(&search);
  auto ids = at::tensor(prompt, at::kLong).unsqueeze(0).expand({images * beams, static_cast<std::int64_t>(prompt.size())});
  for (std::int64_t first = 0; !open.empty();) {
    auto chances = next(ids, first, caches, seen);
    first += ids.size(1);
    const auto step = advance(open, chances, rules);
    if (step.searches.empty()) break;
    const auto rows = at::tensor(step.rows, at::kLong), left = at::tensor(step.images, at::kLong);
    for (auto& cache : caches) cache.reorder(rows);
    if (step.searches.size() < open.size())
      for (auto& memory : seen) memory = {memory.keys.index_select(0, left), memory.values.index_select(0, left)};
    open = step.searches;
    ids = at::tensor(step.tokens, at::kLong).unsqueeze(1);
  }
  std::vector<Ids> texts;
  for (const auto& search : searches) texts.push_back(search.result());
  return texts;
}

}  // namespace gallop::models::tag2text
