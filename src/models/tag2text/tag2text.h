// Tag2Text (Huang et al. 2023): a picture to tags, and with them to a caption.
#pragma once

#include <vector>

#include "models/tag2text/beam_search.h"
#include "models/tag2text/swin.h"
#include "nn/bert.h"

namespace gallop::models::tag2text {

// Word and position embeddings with their norm.
struct Embeddings {
  at::Tensor words, positions;
  nn::LayerNorm norm;
  static Embeddings load(const Tag2TextConfig& config, const nn::Params& params);
  // ids int64 [B, N], the first at position `first`. -> [B, N, D]
  at::Tensor operator()(const at::Tensor& ids, std::int64_t first = 0) const;
};

// Which of the tags a picture shows: every tag is a query (vbench.md 5.9.2).
struct TaggingHead {
  struct Layer {
    nn::BertAttention attention;
    nn::BertFeedForward feed;
  };
  at::Tensor queries;         // [1, tags, D]
  std::vector<Layer> layers;  // the tag encoder's tensors with other heads
  at::Tensor weight, bias;    // [tags, D], [tags]
  // seen [B, tokens, W] -> logits [B, tags].
  at::Tensor operator()(const at::Tensor& seen) const;
  at::Tensor hidden(const at::Tensor& seen) const;  // [B, tags, D]
};

struct Tag2Text {
  using Ids = std::vector<std::int64_t>;
  static constexpr std::int64_t kDecoderStart = 30522, kEncoderMarker = 30523;

  Tag2TextConfig config;
  Swin image;
  TaggingHead tagging;
  Embeddings tag_embeddings, embeddings;
  std::vector<nn::BertLayer> tag_layers, layers;
  nn::Linear transform;
  nn::LayerNorm transformed;
  at::Tensor output_bias;

  static Tag2Text load(const Tag2TextConfig& config, const nn::Params& params);
  // Indices of the tags of each picture, ascending, without the six that are never given.
  std::vector<Ids> tags(const at::Tensor& seen) const;
  // seen [B, tokens, W]; ids int64 [B, N] of the tags, padded with 0. -> [B, N, D], padding included.
  at::Tensor encode_tags(const at::Tensor& seen, const at::Tensor& ids) const;
  // The caption of each row of states, with the prompt and without the end token. A row's caption does not depend on the others.
  std::vector<Ids> captions(const at::Tensor& states, const BeamRules& rules, const Ids& prompt) const;

 private:
  // Log-probabilities of the next token, [rows, vocabulary].
  at::Tensor next(const at::Tensor& ids, std::int64_t first, std::vector<nn::BertCache>& caches,
                  const std::vector<nn::BertAttention::Memory>& seen) const;
};

}  // namespace gallop::models::tag2text
