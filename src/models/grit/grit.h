// GRiT (Wu et al. 2022): a picture to boxes with names or captions. One pass over the picture serves both kinds of text.
#pragma once

#include "models/grit/backbone.h"
#include "models/grit/box_heads.h"
#include "models/grit/text_decoder.h"

namespace gallop::models::grit {

struct Grit {
  static constexpr std::int64_t kObjectNames = 101, kDenseCaptions = 104;  // begin tokens of the two tasks

  // Detections of one picture, best first, with what the text decoder needs.
  struct Found {
    Boxes boxes;          // inside the picture, none of them empty
    at::Tensor features;  // [N, 196, C]
  };

  GritConfig config;
  Backbone backbone;
  Pyramid pyramid;
  ProposalHead proposals;
  BoxHeads heads;
  TextDecoder text;

  static Grit load(const GritConfig& config, const nn::Params& params);
  // Normalised and padded to multiples of 32 at the right and bottom. image: float32 RGB [1, 3, H, W] in 0..255.
  static at::Tensor prepare(const at::Tensor& image);
  Found detect(const at::Tensor& image) const;
  // Token ids of a text for each detection; `begin` is one of the two tokens above.
  std::vector<TextDecoder::Ids> describe(const Found& found, std::int64_t begin) const;
};

}  // namespace gallop::models::grit
