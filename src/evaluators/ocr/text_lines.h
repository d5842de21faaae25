// Where text may stand in a picture. Page readers look for paper; over footage they miss large clear words, because one threshold for the
// whole picture joins letters and background. So the picture is cut into layers of tone, and in each layer shapes that stand in a row like
// letters are taken out as pictures of single lines, black on white, which any reader can read.
#pragma once

#include <vector>

#include "evaluators/ocr/shapes.h"

namespace gallop::evaluators::ocr {

// Tones from `low` to `high`, both included.
struct ToneLayer {
  int low = 0, high = 255;
};
// Light and dark sides of ten thresholds, then sixteen overlapping bands, for text between the tones that surround it.
std::vector<ToneLayer> tone_layers();

// uint8 [h, w] pictures of lines of `layer` of the luma picture uint8 [H, W], in reading order, letters about 48 pixels high. `han`:
// letters are made of several shapes of unequal size. Nothing when the layer has more shapes than text of a picture could have.
std::vector<at::Tensor> text_lines(const at::Tensor& luma, const ToneLayer& layer, bool han);

}  // namespace gallop::evaluators::ocr
