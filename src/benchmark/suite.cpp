#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include "base/check.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/names.h"
#include "benchmark/clip_names.h"
#include "benchmark/suite_files.h"

namespace gallop {
namespace benchmark {
namespace {

struct Published {
  std::string_view sha256, name, version;
};
constexpr std::array<Published, 2> kPublished = {
    {{"5dd2de80ee43cda750b2b72ea7023657c0b90d3702041c7e4608c65dbe50dccd", "vbench", "45e79ec"},
     {"8cf4d34dc11779a336c216a1a71d482927cfa24a1bf736ab5c92425609f129f8", "vbench-i2v", "45e79ec"}}};
constexpr std::size_t kMostRecords = 1'000'000;

// No clip may be judged twice under one dimension, and none may lie outside the folder.
void check_records(const Suite& suite, std::string_view where) {
  GALLOP_CHECK(!suite.records.empty(), FormatError, "{}: holds no prompts", where);
  GALLOP_CHECK(suite.records.size() <= kMostRecords, FormatError, "{}: {} records, expected at most {}", where, suite.records.size(),
               kMostRecords);
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  for (std::size_t number = 0; number < suite.records.size(); ++number) {
    const auto& record = suite.records[number];
    GALLOP_CHECK(!record.prompt.empty() || !record.file.empty(), FormatError, "{}: record {} has neither prompt nor file", where, number);
    GALLOP_CHECK(!record.dimensions.empty(), FormatError,
                 "{}: record {} names no dimensions; give the record \"dimensions\", or say which to judge", where, number);
    GALLOP_CHECK(record.file.empty() || is_safe_relative(record.file), FormatError,
                 "{}: record {}: file {} would leave the folder of clips or holds control characters", where, number,
                 base::quote(record.file));
    GALLOP_CHECK(record.image.empty() || is_safe_relative(record.image), FormatError,
                 "{}: record {}: image {} would leave the folder of images or holds control characters", where, number,
                 base::quote(record.image));
    for (const auto& dimension : record.dimensions) {
      const auto [first, fresh] =
          seen.emplace(std::pair(dimension, record.file.empty() ? stem_of(record.prompt) + "\n" : record.file), number);
      GALLOP_CHECK(fresh, FormatError, "{}: record {} repeats record {} for {}: {}; each clip is judged once a dimension", where, number,
                   first->second, dimension, base::quote(record.file.empty() ? record.prompt : record.file));
    }
  }
}

void parse(const std::string& text, std::string_view where, const std::filesystem::path& file, const SuiteOptions& options, Suite& suite) {
  GALLOP_CHECK(is_utf8(text), FormatError, "{}: is not UTF-8 text", where);
  const auto ending = file.extension().string();
  if (ending == ".csv") return parse_csv_suite(text, where, options, suite);
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (ending == ".txt" || (ending != ".json" && first != text.npos && text[first] != '[' && text[first] != '{'))
    return parse_text_suite(text, where, options, suite);
  const auto json = base::parse_json(text, where);
  if (json.is_array()) return parse_vbench_suite(json, where, suite);
  GALLOP_CHECK(json.is_object(), FormatError, "{}: expected a list of records or an object with \"schema\"", where);
  parse_own_suite(json, where, options, suite);
}

}  // namespace

Suite load_suite(const std::filesystem::path& file, const SuiteOptions& options) {
  base::require_file(file, "suite file");
  const auto text = base::read_text(file, 1ULL << 28);
  GALLOP_CHECK(!options.samples || (*options.samples >= 1 && *options.samples <= 1000), InvalidArgument,
               "suite.samples: {}, expected 1 to 1000", *options.samples);
  const auto where = base::quote(file);
  Suite suite;
  suite.sha256 = base::sha256_hex(text);
  const auto published =
      std::find_if(kPublished.begin(), kPublished.end(), [&](const auto& known) { return known.sha256 == suite.sha256; });
  GALLOP_CHECK(!options.require_official || published != kPublished.end(), FormatError,
               "{}: its SHA-256 {} is none of the published suite files'; get the original, or run it as a suite of your own", where,
               suite.sha256);
  parse(text, where, file, options, suite);
  if (published != kPublished.end()) {
    suite.official = true;
    suite.name = published->name;
    suite.version = published->version;
  }
  if (!options.name.empty()) suite.name = options.name;
  if (suite.name.empty()) suite.name = file.stem().string();
  if (options.samples) suite.samples = *options.samples;
  check_records(suite, where);
  return suite;
}

base::Json suite_to_json(const Suite& suite) {
  base::Json records = base::Json::array();
  for (const auto& r : suite.records)
    records.push_back({{"prompt", r.prompt}, {"dimensions", r.dimensions}, {"labels", r.labels}, {"image", r.image}, {"file", r.file}});
  return {{"name", suite.name},         {"version", suite.version}, {"sha256", suite.sha256},
          {"official", suite.official}, {"samples", suite.samples}, {"records", records}};
}

Suite suite_from_json(const base::Json& json) {
  Suite suite{.name = json.at("name"),
              .version = json.at("version"),
              .sha256 = json.at("sha256"),
              .official = json.at("official"),
              .samples = json.at("samples")};
  for (const auto& r : json.at("records")) {
    SuiteRecord record{.prompt = r.at("prompt"), .dimensions = r.at("dimensions"), .image = r.at("image"), .file = r.at("file")};
    record.labels = r.at("labels").get<decltype(record.labels)>();
    suite.records.push_back(std::move(record));
  }
  return suite;
}

}  // namespace benchmark

inline namespace v0 {

std::vector<std::string> Suite::dimensions() const {
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (const auto& record : records)
    for (const auto& dimension : record.dimensions)
      if (seen.insert(dimension).second) names.push_back(dimension);
  return names;
}

std::string Suite::clip_stem(const SuiteRecord& record, int sample) const {
  return fmt::format("{}-{}", benchmark::stem_of(record.prompt), sample);
}

}  // namespace v0
}  // namespace gallop
