// Finds wanted texts in frames.
#pragma once

#include <string>
#include <vector>

#include "evaluators/ocr/reader.h"
#include "evaluators/ocr/text_lines.h"
#include "evaluators/ocr/text_match.h"

namespace gallop::evaluators::ocr {

// Reads the frames of one clip, in order. `reader` outlives it.
class FrameReader {
 public:
  // `wanted`: comparable texts. `han`: some have Chinese letters.
  FrameReader(Reader& reader, std::vector<std::u32string> wanted, bool han);

  // What a frame, luma uint8 [H, W], shows of each wanted text: the best of all layers of tone, so that no wrong layer spoils it. Ends with
  // the first layer after which nothing is wrong.
  std::vector<Match> read(const at::Tensor& luma);

 private:
  bool look(const at::Tensor& luma, const ToneLayer& layer, std::vector<Match>& best);

  Reader& reader_;
  std::vector<std::u32string> wanted_;
  bool han_;
  std::vector<ToneLayer> layers_;
};

}  // namespace gallop::evaluators::ocr
