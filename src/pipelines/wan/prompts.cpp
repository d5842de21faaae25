#include "pipelines/wan/prompts.h"

#include <algorithm>

#include "text/prompt.h"

namespace gallop::pipelines::wan {

bool PromptEncoder::knows(const std::string& prompt) const { return rows_.contains(text::clean_prompt(prompt)); }

at::Tensor PromptEncoder::encode(const std::string& prompt, const base::RunMonitor& monitor, int index, int count) {
  const auto clean = text::clean_prompt(prompt);
  const auto length = parts_.transformer_config().text_rows;
  const auto padded = [&](const at::Tensor& rows) {
    auto all = at::zeros({length, rows.size(1)}, at::kFloat);
    all.narrow(0, 0, rows.size(0)).copy_(rows);
    return all;
  };
  if (const auto found = rows_.find(clean); found != rows_.end()) {
    order_.remove(clean);
    order_.push_front(clean);
    monitor.tick(Stage::encode_text, index + 1, count, prompt);
    return padded(found->second);
  }
  const c10::InferenceMode guard;
  monitor.tick(Stage::encode_text, index, count, prompt);
  const auto ids = parts_.tokenizer().encode(clean, static_cast<std::size_t>(length));
  auto rows = parts_.text_encoder().encode(ids, [&](int) { monitor.pulse(); }).to(at::kCPU, at::kFloat);
  monitor.tick(Stage::encode_text, index + 1, count, prompt);
  order_.push_front(clean);
  rows_[clean] = rows;
  if (order_.size() > kRemembered) {
    rows_.erase(order_.back());
    order_.pop_back();
  }
  return padded(rows);
}

}  // namespace gallop::pipelines::wan
