#include "evaluators/ocr/frame_reader.h"

#include <algorithm>

namespace gallop::evaluators::ocr {

// Most of what is read into footage without text has less confidence, nearly all real text more.
constexpr int kSure = 60;

FrameReader::FrameReader(Reader& reader, std::vector<std::u32string> wanted, bool han)
    : reader_(reader), wanted_(std::move(wanted)), han_(han), layers_(tone_layers()) {}

std::vector<Match> FrameReader::read(const at::Tensor& luma) {
  std::vector<Match> best;
  for (const auto& text : wanted_) best.push_back({text.size(), {}});
  const auto found = std::find_if(layers_.begin(), layers_.end(), [&](const ToneLayer& layer) { return look(luma, layer, best); });
  // The same text is likely to be in the same layer of the next frame.
  if (found != layers_.end()) std::rotate(layers_.begin(), found, found + 1);
  return best;
}

// Whether nothing is wrong any more.
bool FrameReader::look(const at::Tensor& luma, const ToneLayer& layer, std::vector<Match>& best) {
  std::u32string found;
  for (const auto& line : text_lines(luma, layer, han_)) {
    const auto reading = reader_.read(line);
    if (reading.confidence >= kSure) found += comparable(reading.text);
  }
  bool right = true;
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    auto match = best_match(wanted_[i], found);
    if (match.errors < best[i].errors) best[i] = std::move(match);
    right = right && best[i].errors == 0;
  }
  return right;
}

}  // namespace gallop::evaluators::ocr
