#include "base/json.h"

#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"

namespace gallop::base {
namespace {

constexpr int kDeepest = 128;

// Refuses what the general parser lets pass; runs as its callback.
class StrictKeys {
 public:
  explicit StrictKeys(std::string_view where) : where_(where) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      GALLOP_CHECK(depth < kDeepest, FormatError, "{}: nested deeper than {} levels; not a file this library reads", where_, kDeepest);
      keys_.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      GALLOP_CHECK(keys_.back().insert(key).second, FormatError, "{}: key {} appears twice in one object; the file is ambiguous", where_,
                   quote(key));
    }
    return true;
  }

 private:
  std::string_view where_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view where) {
  StrictKeys strict(where);
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) { return strict(depth, event, parsed); });
  } catch (const Json::exception& error) {
    throw FormatError(fmt::format("{}: not valid JSON: {}", where, quote(error.what())));
  }
}

Json read_json(const std::filesystem::path& file, std::uint64_t limit) {
  const auto text = read_text(file, limit);
  return parse_json(text, quote(file));
}

}  // namespace gallop::base
