// Reads single lines of text. Tesseract does it, when the library is built with it (GALLOP_WITH_TESSERACT).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tensor/aten.h"

namespace gallop::evaluators::ocr {

// Used by one thread at a time.
class Reader {
 public:
  struct Reading {
    std::string text;    // UTF-8
    int confidence = 0;  // 0..100
  };
  virtual ~Reader() = default;
  // One line, dark on light, uint8 [H, W].
  virtual Reading read(const at::Tensor& line) = 0;
};

// `language`: "eng", "chi_sim" or several with "+" between; its *.traineddata lies in `folder` or where Tesseract was installed.
// Unsupported: built without Tesseract. NotFound: no data for the language, with the package that has it.
std::unique_ptr<Reader> open_reader(const std::filesystem::path& folder, const std::string& language);

}  // namespace gallop::evaluators::ocr
