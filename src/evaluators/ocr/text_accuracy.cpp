// text_accuracy: does the clip show the words that stand in quotes in its prompt. Not a VBench dimension.
#include <algorithm>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/ocr/frame_reader.h"
#include "evaluators/ocr/text_match.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_evaluator.h"
#include "tensor/resize.h"

GALLOP_EVALUATOR(text_accuracy)

namespace gallop::evaluators::text_accuracy {
namespace {

constexpr const char* kName = "text_accuracy";
constexpr std::int64_t kSmallest = 720, kLargest = 1080;  // short sides that frames are brought to

// Readers by language, opened when first asked for. The evaluator is used by one thread.
struct Readers {
  std::filesystem::path folder;
  std::unique_ptr<ocr::Reader> latin, han;
  ocr::Reader& of(bool chinese) {
    auto& reader = chinese ? han : latin;
    if (reader == nullptr) reader = ocr::open_reader(folder, chinese ? "chi_sim+eng" : "eng");
    return *reader;
  }
};
using Models = std::shared_ptr<Readers>;

// Label "text", else what the prompt has in quotes.
std::vector<std::string> wanted_texts(const ClipRequest& request) {
  const auto label = request.labels.find("text");
  auto wanted = label != request.labels.end() ? std::vector<std::string>{label->second} : ocr::quoted_texts(request.prompt);
  const bool any = std::any_of(wanted.begin(), wanted.end(), [](const std::string& text) { return !ocr::comparable(text).empty(); });
  GALLOP_CHECK(any, InvalidArgument,
               "{}: the prompt {} has no words in quotes; put the wanted text in quotes, or give it as label \"text\"", kName,
               base::quote(request.prompt));
  return wanted;
}

// Luma uint8 [H, W] of a frame uint8 [1, H, W, 3], at a size at which letters of a dozen pixels are read.
at::Tensor luma_of(const at::Tensor& frame) {
  auto picture = frame;
  const auto side = std::min(frame.size(1), frame.size(2)), wanted = std::clamp(side, kSmallest, kLargest);
  if (side != wanted)
    picture = tensor::resize_pillow(frame, tensor::short_side_size({frame.size(1), frame.size(2)}, wanted), tensor::PillowFilter::bicubic);
  const auto weights = at::tensor({0.299F, 0.587F, 0.114F}, at::kFloat);
  return picture.squeeze(0).to(at::kFloat).matmul(weights).round_().to(at::kByte);
}

class Judge final : public ClipJudge {
 public:
  Judge(const Models& models, const ClipContext& context) {
    std::vector<std::u32string> wanted;
    bool han = false;
    for (const auto& text : wanted_texts(context.request)) {
      wanted.push_back(ocr::comparable(text));
      letters_ += wanted.back().size();
      han = han || ocr::has_han(text);
    }
    frames_.emplace(models->of(han), std::move(wanted), han);
  }

  void push(const media::FrameView& frame) override {
    std::size_t errors = 0;
    std::u32string seen;
    auto luma = luma_of(vbench::host_view_of(frame));
    // Short and still clips show the same picture again.
    if (!luma_.defined() || !luma.equal(luma_)) matches_ = frames_->read(luma);
    luma_ = std::move(luma);
    for (const auto& match : matches_) {
      errors += match.errors;
      seen += match.text;
    }
    rates_.push_back(static_cast<double>(errors) / static_cast<double>(letters_));
    if (rates_.size() > 1) {
      const auto longest = std::max<std::size_t>(1, std::max(seen.size(), last_.size()));
      steadiness_.push_back(1.0 - static_cast<double>(ocr::edit_distance(seen, last_)) / static_cast<double>(longest));
    }
    last_ = std::move(seen);
  }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, static_cast<std::int64_t>(rates_.size()), 1);
    const auto mean = [](const std::vector<double>& values) {
      return values.empty() ? 1.0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    };
    for (const auto rate : rates_) score.parts.push_back(1.0 - std::min(1.0, rate));
    score.value = mean(score.parts);
    score.details = {{"character_error_rate", mean(rates_)},
                     {"best_frame", *std::max_element(score.parts.begin(), score.parts.end())},
                     {"stability", mean(steadiness_)}};
    return score;
  }

 private:
  std::optional<ocr::FrameReader> frames_;
  at::Tensor luma_;                  // of the last frame
  std::vector<ocr::Match> matches_;  // and what it shows
  std::size_t letters_ = 0;
  std::vector<double> rates_, steadiness_;
  std::u32string last_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "text",
          .summary = "how exactly the clip shows the words in quotes in its prompt, in English and Chinese (not a VBench dimension)",
          .licence = "Tesseract and its language data: Apache-2.0",
          .needs = {"prompt"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions&) {
  auto readers = std::make_shared<Readers>();
  readers->folder = weights;
  readers->of(false);  // a build or machine without Tesseract is told before any clip is read
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::native, .middle = 8}, std::move(readers));
}

}  // namespace gallop::evaluators::text_accuracy
