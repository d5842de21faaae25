#include "evaluators/iqa/brisque_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"

namespace gallop::evaluators::iqa {
namespace {

constexpr const char* kModelFile = "brisque_model_live.yml";
constexpr const char* kRangeFile = "brisque_range_live.yml";
constexpr std::size_t kMostVectors = 1'000'000;

// Finds the few entries needed in a YAML text of OpenCV's FileStorage, whose layout is fixed: "key: number" and
// "key: [ number, ... ]", or a list of such lists.
class StorageText {
 public:
  explicit StorageText(std::filesystem::path file) : file_(std::move(file)), text_(base::read_text(file_, 1 << 26)) {}

  double number(std::string_view key) {
    seek(key);
    return *next_number(key);
  }
  // All numbers after the key up to the end of its outermost list.
  std::vector<double> numbers(std::string_view key) {
    seek(key);
    std::vector<double> values;
    while (const auto value = next_number(key)) {
      GALLOP_CHECK(values.size() < kMostVectors * kSceneFeatures, FormatError, "{}: \"{}\" does not end", base::quote(file_), key);
      values.push_back(*value);
    }
    GALLOP_CHECK(!values.empty(), FormatError, "{}: \"{}\" holds no numbers", base::quote(file_), key);
    return values;
  }
  const std::filesystem::path& file() const { return file_; }

 private:
  void seek(std::string_view key) {
    const auto wanted = std::string(key) + ":";
    auto found = text_.find(wanted);
    while (found != std::string::npos && found > 0 && text_[found - 1] != ' ' && text_[found - 1] != '\n')
      found = text_.find(wanted, found + 1);
    GALLOP_CHECK(found != std::string::npos, FormatError, "{}: no entry \"{}\"; expected the file OpenCV's quality module publishes",
                 base::quote(file_), key);
    at_ = found + wanted.size();
  }
  // The next number of the entry; nothing where another key begins or the text ends.
  std::optional<double> next_number(std::string_view key) {
    at_ = text_.find_first_not_of(" \n\r\t[],-", at_);
    if (at_ == std::string::npos) return std::nullopt;
    // The sign was skipped with the marks of lists: a minus that touches a digit belongs to the number.
    const auto begin = at_ > 0 && text_[at_ - 1] == '-' ? at_ - 1 : at_;
    double value = 0.0;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) {
      GALLOP_CHECK(std::isalpha(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_', FormatError,
                   "{}: \"{}\" holds something that is no number at byte {}", base::quote(file_), key, at_);
      return std::nullopt;
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  std::filesystem::path file_;
  std::string text_;
  std::size_t at_ = 0;
};

std::filesystem::path found(const std::filesystem::path& folder, const char* name) {
  for (const auto& place : {folder / name, folder / "brisque" / name})
    if (std::filesystem::is_regular_file(place)) return place;
  throw NotFound(fmt::format(
      "brisque: {} holds neither {} nor brisque/{}; both files, {} and {}, lie in OpenCV's repository opencv_contrib, "
      "modules/quality/samples (Apache-2.0); name their folder with --weights",
      folder.empty() ? "no weights folder was given and the current one" : base::quote(folder), name, name, kModelFile, kRangeFile));
}

}  // namespace

BrisqueModel BrisqueModel::load(const std::filesystem::path& folder) {
  StorageText model(found(folder, kModelFile)), range(found(folder, kRangeFile));
  BrisqueModel loaded;
  loaded.gamma = model.number("gamma");
  loaded.rho = model.number("rho");
  loaded.alphas = model.numbers("alpha");
  const auto values = model.numbers("support_vectors");
  GALLOP_CHECK(values.size() == loaded.alphas.size() * kSceneFeatures, FormatError,
               "{}: {} numbers in \"support_vectors\", expected {} for {} in \"alpha\"", base::quote(model.file()), values.size(),
               loaded.alphas.size() * kSceneFeatures, loaded.alphas.size());
  loaded.vectors.resize(loaded.alphas.size());
  for (std::size_t i = 0; i < values.size(); ++i) loaded.vectors[i / kSceneFeatures][i % kSceneFeatures] = values[i];
  const auto limits = range.numbers("data");
  GALLOP_CHECK(limits.size() == 2 * kSceneFeatures, FormatError, "{}: {} numbers in \"data\", expected 72", base::quote(range.file()),
               limits.size());
  for (std::size_t i = 0; i < kSceneFeatures; ++i) {
    loaded.low[i] = limits[i], loaded.high[i] = limits[kSceneFeatures + i];
    GALLOP_CHECK(loaded.low[i] < loaded.high[i], FormatError, "{}: the range of feature {} is empty", base::quote(range.file()), i);
  }
  return loaded;
}

double BrisqueModel::score(const Features& features) const {
  Features scaled;
  for (std::size_t i = 0; i < kSceneFeatures; ++i) scaled[i] = -1.0 + 2.0 * (features[i] - low[i]) / (high[i] - low[i]);
  double sum = -rho;
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    double distance = 0.0;
    for (std::size_t i = 0; i < kSceneFeatures; ++i) distance += (scaled[i] - vectors[v][i]) * (scaled[i] - vectors[v][i]);
    sum += alphas[v] * std::exp(-gamma * distance);
  }
  return std::clamp(sum, 0.0, 100.0);
}

}  // namespace gallop::evaluators::iqa
