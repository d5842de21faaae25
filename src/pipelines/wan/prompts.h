// Prompts to what the transformer reads, each text once.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "base/run.h"
#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

// Remembers the embeddings of the last texts. Used by one thread at a time.
class PromptEncoder {
 public:
  explicit PromptEncoder(WanParts& parts) : parts_(parts) {}
  // [512, width] float32 on the host, rows beyond the prompt zero; done and total for the progress of several texts.
  at::Tensor encode(const std::string& prompt, const base::RunMonitor& monitor, int index = 0, int count = 1);
  bool knows(const std::string& prompt) const;

 private:
  static constexpr std::size_t kRemembered = 64;  // texts; 8 MB each at most
  WanParts& parts_;
  std::list<std::string> order_;  // newest first
  std::unordered_map<std::string, at::Tensor> rows_;
};

}  // namespace gallop::pipelines::wan
