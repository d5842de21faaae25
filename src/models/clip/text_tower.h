// The causal text transformer of CLIP and ViCLIP (Radford et al. 2021; vbench.md 5.2, 5.10).
#pragma once

#include <vector>

#include "nn/prenorm_block.h"

namespace gallop::models::clip {

struct TextConfig {
  std::int64_t context = 77;  // tokens of every text
  std::int64_t vocabulary = 49408;
  std::int64_t width = 512;
  std::int64_t depth = 12;
  std::int64_t heads = 8;
  std::int64_t output = 512;
};

// A text is encoded once and its tower then waits for the next: its matrices stay where and as they are stored, in a file's pages that
// leave memory after use, and one block at a time is brought into the type of `projection`.
struct TextTower {
  TextConfig config;
  at::Tensor embedding, positions, projection;  // [vocabulary, D], [context, D], [D, output]
  std::vector<nn::PrenormBlock> blocks;
  nn::LayerNorm norm;

  static TextTower load(const TextConfig& config, const nn::Params& params);
  // int64 [B, context], zero-padded after the end token, which is the largest id of a row. -> [B, output], not normalised.
  at::Tensor operator()(const at::Tensor& tokens) const;
};

// Whether a tensor of a text tower may be loaded in the type it is stored in: all matrices of the blocks and the table of tokens.
bool kept_as_stored(const std::string& name);

}  // namespace gallop::models::clip
