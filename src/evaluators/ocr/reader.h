// Reads the text in a picture. Tesseract does it, when the library is built with it (GALLOP_WITH_TESSERACT).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tensor/aten.h"

namespace gallop::evaluators::ocr {

// Used by one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  // Text lines of uint8 RGB [H, W, 3], UTF-8, wherever they stand.
  virtual std::string read(const at::Tensor& picture) = 0;
};

// `language`: "eng", "chi_sim" or several with "+" between; its *.traineddata lies in `folder` or where Tesseract was installed.
// Unsupported: built without Tesseract. NotFound: no data for the language, with the package that has it.
std::unique_ptr<Reader> open_reader(const std::filesystem::path& folder, const std::string& language);

}  // namespace gallop::evaluators::ocr
