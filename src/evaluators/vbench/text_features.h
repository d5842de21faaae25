// Normalised text features, computed once a text.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "models/clip/text_tower.h"
#include "text/clip_bpe.h"

namespace gallop::evaluators::vbench {

// Thread-safe.
class TextFeatures {
 public:
  TextFeatures(models::clip::TextTower tower, text::ClipBpe bpe, text::ClipBpe::Overflow overflow)
      : tower_(std::move(tower)), bpe_(std::move(bpe)), overflow_(overflow) {}
  // [1, D] of length one. InvalidArgument: broken UTF-8, or more tokens than the model reads when overflow is an error.
  at::Tensor of(const std::string& text) const;
  // Whether `text` is cut to the context.
  bool cut(const std::string& text) const { return bpe_.encode(text).size() + 2 > static_cast<std::size_t>(tower_.config.context); }

 private:
  models::clip::TextTower tower_;
  text::ClipBpe bpe_;
  text::ClipBpe::Overflow overflow_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, at::Tensor> known_;
};

}  // namespace gallop::evaluators::vbench
