// Tag2Text from pictures to captions, with the tokenizer between its two halves.
#pragma once

#include <memory>
#include <string>

#include "evaluators/vbench/checkpoints.h"
#include "gallop/evaluator.h"
#include "models/tag2text/tag2text.h"
#include "text/word_piece.h"

namespace gallop::evaluators::vbench {

// Immutable; safe from several threads.
class Captioner {
 public:
  static Captioner load(const std::filesystem::path& weights, const LoadOptions& options);

  struct Caption {
    std::vector<std::int64_t> tags;  // indices of tag_names()
    std::vector<std::int64_t> ids;   // with the prompt, without the end token
    std::string text;                // lower case, without the prompt
  };
  // What the image encoder makes of pictures, float32 [B, 3, 384, 384] as tensor::tag2text_384 gives them: [B, 145, 1024].
  at::Tensor look(const at::Tensor& pictures) const { return model_->image(pictures); }
  // A caption for each picture, "a picture of ..." by three beams of 10 to 30 tokens.
  std::vector<Caption> describe(const at::Tensor& seen) const;

 private:
  Captioner(std::shared_ptr<const models::tag2text::Tag2Text> model, text::WordPiece words);
  // Ids of a tag list as the encoder wants them: marker, tags parted by "|", end, padding; cut to 40.
  std::vector<std::int64_t> encoder_ids(const std::vector<std::int64_t>& tags) const;

  std::shared_ptr<const models::tag2text::Tag2Text> model_;
  text::WordPiece words_;
  std::vector<std::vector<std::int64_t>> tag_ids_;  // word pieces of every tag
};

}  // namespace gallop::evaluators::vbench
