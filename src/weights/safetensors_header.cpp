#include "weights/safetensors_header.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/names.h"
#include "weights/safetensors_dtype.h"

namespace gallop::weights {
namespace {

constexpr std::size_t kMostDimensions = 32;
constexpr std::uint64_t kLargestSide = std::uint64_t{1} << 62;

// Event handler that accepts {"name": {"dtype": s, "shape": [n...], "data_offsets": [a, b]}, "__metadata__": {s: s}}
// only.
class HeaderEvents final : public nlohmann::json_sax<base::Json> {
 public:
  explicit HeaderEvents(std::string_view where) : where_(where) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return enter(Place::top);
    if (place_ == Place::top && has_key_) return enter(key_ == "__metadata__" ? Place::remarks : Place::tensor);
    refuse("an object");
  }
  bool key(string_t& text) override {
    if (place_ == Place::top) return top_key(text);
    if (place_ == Place::remarks) {
      GALLOP_CHECK(!header_.remarks.contains(text), FormatError, "{}: __metadata__ key {} appears twice; the file is ambiguous", where_,
                   base::quote(text));
      remark_ = text;
      return true;
    }
    field_ = text;
    return true;
  }
  bool end_object() override {
    if (place_ == Place::tensor) finish_tensor();
    return enter(place_ == Place::top ? Place::done : Place::top);
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || (field_ != "shape" && field_ != "data_offsets")) refuse("a list");
    numbers_.emplace();
    return enter(Place::list);
  }
  bool end_array() override {
    auto& target = field_ == "shape" ? shape_ : offsets_;
    GALLOP_CHECK(!target, FormatError, "{}: tensor {}: \"{}\" appears twice; the file is ambiguous", where_, base::quote(key_), field_);
    target = std::exchange(numbers_, std::nullopt);
    return enter(Place::tensor);
  }
  bool string(string_t& text) override {
    if (place_ == Place::remarks) {
      header_.remarks.emplace(remark_, text);
      return true;
    }
    if (place_ != Place::tensor || field_ != "dtype") refuse("a string");
    GALLOP_CHECK(!dtype_, FormatError, "{}: tensor {}: \"dtype\" appears twice; the file is ambiguous", where_, base::quote(key_));
    dtype_ = safetensors_dtype(text);
    GALLOP_CHECK(dtype_, FormatError,
                 "{}: tensor {} has the element type {}, expected F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I8 to I64, U8 "
                 "to U64 or BOOL",
                 where_, base::quote(key_), base::quote(text));
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::list) refuse("a number");
    const auto most = field_ == "shape" ? kMostDimensions : std::size_t{2};
    GALLOP_CHECK(numbers_->size() < most, FormatError, "{}: tensor {}: \"{}\" has more than {} entries", where_, base::quote(key_), field_,
                 most);
    numbers_->push_back(value);
    return true;
  }
  bool number_integer(number_integer_t value) override {
    throw FormatError(fmt::format("{}: {} holds the negative number {}; sizes are never negative", where_, here(), value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    throw FormatError(fmt::format("{}: {} holds {}, expected a whole number below 2^64", where_, here(), base::quote(text)));
  }
  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a truth value"); }
  bool binary(binary_t&) override { refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    throw FormatError(fmt::format("{}: the header is not valid JSON at byte {}: {}; the file is damaged or not safetensors", where_,
                                  position, base::quote(std::string_view(error.what()))));
  }

 private:
  enum class Place { outside, top, remarks, tensor, list, done };

  bool enter(Place place) {
    place_ = place;
    return true;
  }
  std::string here() const { return has_key_ ? "tensor " + base::quote(key_) : std::string("the header"); }
  [[noreturn]] void refuse(std::string_view what) const {
    throw FormatError(
        fmt::format("{}: {} holds {} where the format has none; the file is damaged or not safetensors", where_, here(), what));
  }
  bool top_key(const std::string& text) {
    GALLOP_CHECK(!header_.tensors.contains(text) && !(text == "__metadata__" && seen_remarks_), FormatError,
                 "{}: name {} appears twice; the file is ambiguous", where_, base::quote(text));
    seen_remarks_ = seen_remarks_ || text == "__metadata__";
    key_ = text;
    has_key_ = true;
    return true;
  }
  void finish_tensor() {
    GALLOP_CHECK(dtype_ && shape_ && offsets_ && offsets_->size() == 2, FormatError,
                 "{}: tensor {} lacks dtype, shape or a pair of data_offsets; the file is damaged", where_, base::quote(key_));
    HeaderEntry entry{*dtype_, {}, (*offsets_)[0], (*offsets_)[1]};
    for (const auto side : *shape_) {
      GALLOP_CHECK(side < kLargestSide, FormatError, "{}: tensor {} has a side of {}; the size is not believable", where_,
                   base::quote(key_), side);
      entry.shape.push_back(static_cast<std::int64_t>(side));
    }
    header_.tensors.emplace(key_, std::move(entry));
    dtype_.reset(), shape_.reset(), offsets_.reset();
    field_.clear();
  }

  std::string_view where_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  bool has_key_ = false, seen_remarks_ = false;
  std::string key_, field_, remark_;
  std::optional<at::ScalarType> dtype_;
  std::optional<std::vector<std::uint64_t>> shape_, offsets_, numbers_;
};

// Every tensor's range fits its shape, and the ranges tile the data section.
void check_ranges(const SafetensorsHeader& header, std::uint64_t data_size, std::string_view where) {
  std::vector<std::pair<const std::string*, const HeaderEntry*>> order;
  for (const auto& [name, entry] : header.tensors) {
    const auto what = fmt::format("{}: tensor {} of shape {}", where, base::quote(name), fmt::format("[{}]", fmt::join(entry.shape, ", ")));
    // Zero sides last: a shape whose other sides overflow is a lie even when it holds nothing.
    std::uint64_t bytes = c10::elementSize(entry.dtype), empty = 0;
    for (const auto side : entry.shape)
      if (side == 0)
        ++empty;
      else
        bytes = base::checked_mul(bytes, static_cast<std::uint64_t>(side), what.c_str());
    if (empty > 0) bytes = 0;
    GALLOP_CHECK(entry.begin <= entry.end && entry.end - entry.begin == bytes, FormatError,
                 "{} needs {} bytes, but its data_offsets are {} to {}; the file is damaged", what, bytes, entry.begin, entry.end);
    GALLOP_CHECK(entry.end <= data_size, FormatError,
                 "{} ends at byte {} of the data, but the file holds {}; it is cut short: download it again", what, entry.end, data_size);
    order.emplace_back(&name, &entry);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
  });
  std::uint64_t reached = 0;
  for (const auto& [name, entry] : order) {
    GALLOP_CHECK(entry->begin >= reached, FormatError,
                 "{}: tensor {} begins at byte {} of the data, inside the tensor before it, which ends at {}", where, base::quote(*name),
                 entry->begin, reached);
    GALLOP_CHECK(entry->begin == reached, FormatError, "{}: bytes {} to {} before tensor {} belong to no tensor; the file is damaged",
                 where, reached, entry->begin, base::quote(*name));
    reached = entry->end;
  }
  GALLOP_CHECK(reached == data_size, FormatError,
               "{}: {} bytes after the last tensor belong to no tensor; the file is damaged or has something appended", where,
               data_size - reached);
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size, std::string_view where) {
  // The general parser skips a byte-order mark and stops at a zero byte; this format allows neither.
  GALLOP_CHECK(json.starts_with('{'), FormatError,
               "{}: the header begins with byte {:#04x}, expected {{ (no byte-order mark, no space); not a safetensors file", where,
               json.empty() ? 0U : static_cast<unsigned char>(json[0]));
  GALLOP_CHECK(json.find('\0') == std::string_view::npos, FormatError, "{}: the header holds a zero byte; the file is damaged", where);
  HeaderEvents events(where);
  base::Json::sax_parse(json, &events);
  auto header = events.take();
  check_ranges(header, data_size, where);
  return header;
}

}  // namespace gallop::weights
