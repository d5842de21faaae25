#include "base/check.h"
#include "evaluators/ocr/reader.h"

namespace gallop::evaluators::ocr {

std::unique_ptr<Reader> open_reader(const std::filesystem::path&, const std::string&) {
  throw Unsupported("text_accuracy: this build has no Tesseract; install libtesseract-dev and build again (GALLOP_WITH_TESSERACT)");
}

}  // namespace gallop::evaluators::ocr
