// Words for a box: a BERT-style decoder that reads 196 visual tokens (vbench.md 5.7.5).
#pragma once

#include <vector>

#include "models/grit/config.h"
#include "nn/bert.h"

namespace gallop::models::grit {

struct TextDecoder {
  using Ids = std::vector<std::int64_t>;
  static constexpr std::int64_t kEnd = 102;

  GritConfig config;
  nn::Linear projection;
  nn::LayerNorm projected;
  at::Tensor words, positions;  // [V, D], [P, D]
  nn::LayerNorm embedded;
  std::vector<nn::BertLayer> layers;
  at::Tensor bias;  // of the output, whose weight is `words`

  static TextDecoder load(const GritConfig& config, const nn::Params& params);

  // What the layers make of the visual tokens, which never see the text: computed once a box and kept.
  struct Sight {
    std::vector<nn::BertAttention::Memory> layers;
    std::int64_t boxes = 0;
  };
  // features [N, tokens, C] -> keys and values of every layer.
  Sight look(const at::Tensor& features) const;
  // The likeliest words one after another, without the begin token and without what follows the end token; a box that ends at
  // once is empty. The cost of a word does not depend on how many came before, but for one row of keys each.
  std::vector<Ids> describe(const Sight& sight, std::int64_t begin) const;
  // Logits of the next token for texts of one length, ids int64 [N, n]: the slow and plain form, for tests.
  at::Tensor next_logits(const at::Tensor& features, const at::Tensor& ids) const;

 private:
  at::Tensor embed(const at::Tensor& ids, std::int64_t first) const;
  at::Tensor visual(const at::Tensor& features) const { return projected(projection(features)); }
};

}  // namespace gallop::models::grit
