#include <tesseract/capi.h>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/ocr/reader.h"

namespace gallop::evaluators::ocr {
namespace {

struct Free {
  void operator()(TessBaseAPI* api) const { TessBaseAPIDelete(api); }
  void operator()(const char* text) const { TessDeleteText(text); }
};

class TesseractReader final : public Reader {
 public:
  explicit TesseractReader(std::unique_ptr<TessBaseAPI, Free> api) : api_(std::move(api)) {}

  Reading read(const at::Tensor& line) override {
    const auto pixels = line.contiguous();
    const auto height = static_cast<int>(pixels.size(0)), width = static_cast<int>(pixels.size(1));
    TessBaseAPISetImage(api_.get(), pixels.const_data_ptr<std::uint8_t>(), width, height, 1, width);
    constexpr int kAssumed = 200;  // dots an inch: says nothing here, but none makes it guess
    TessBaseAPISetSourceResolution(api_.get(), kAssumed);
    const std::unique_ptr<const char, Free> text(TessBaseAPIGetUTF8Text(api_.get()));
    if (text == nullptr) return {};
    return {text.get(), TessBaseAPIMeanTextConf(api_.get())};
  }

 private:
  std::unique_ptr<TessBaseAPI, Free> api_;
};

}  // namespace

std::unique_ptr<Reader> open_reader(const std::filesystem::path& folder, const std::string& language) {
  std::unique_ptr<TessBaseAPI, Free> api(TessBaseAPICreate());
  const bool own = !folder.empty() && std::filesystem::exists(folder / (language.substr(0, language.find('+')) + ".traineddata"));
  const int failed = TessBaseAPIInit3(api.get(), own ? folder.c_str() : nullptr, language.c_str());
  GALLOP_CHECK(failed == 0, NotFound,
               "text_accuracy: Tesseract has no data for {}; install the packages tesseract-ocr-eng and tesseract-ocr-chi-sim, or put the "
               "*.traineddata in {}",
               base::quote(language), folder.empty() ? std::string("the weights folder") : base::quote(folder));
  TessBaseAPISetPageSegMode(api.get(), tesseract::PSM_SINGLE_LINE);
  TessBaseAPISetVariable(api.get(), "tessedit_do_invert", "0");  // lines are dark on light
  TessBaseAPISetVariable(api.get(), "debug_file", "/dev/null");
  return std::make_unique<TesseractReader>(std::move(api));
}

}  // namespace gallop::evaluators::ocr
