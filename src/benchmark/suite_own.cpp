// Suites of one's own: JSON "gallop/suite-v1", CSV, plain text.
#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/csv.h"
#include "base/names.h"
#include "benchmark/suite_files.h"

namespace gallop::benchmark {
namespace {

void check_keys(const base::Json& object, const std::set<std::string>& known, std::string_view where) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [key, value] : object.items())
    GALLOP_CHECK(known.contains(key), FormatError, "{}: key {} is not known{}", where, base::quote(key), base::suggestion(key, names));
}

std::vector<std::string> names_of(const base::Json& list, const char* key, std::string_view where) {
  GALLOP_CHECK(list.is_array(), FormatError, "{}: \"{}\" is no list of names", where, key);
  std::vector<std::string> names;
  for (const auto& name : list) {
    GALLOP_CHECK(name.is_string(), FormatError, "{}: \"{}\" holds something that is no text", where, key);
    names.push_back(name.get<std::string>());
  }
  return names;
}

std::string text_of(const base::Json& object, const char* key, std::string_view where) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  GALLOP_CHECK(found->is_string(), FormatError, "{}: \"{}\" is no text", where, key);
  return found->get<std::string>();
}

// label -> text for every dimension of the record, or dimension -> {label -> text}.
void read_labels(const base::Json& labels, SuiteRecord& record, std::string_view where) {
  GALLOP_CHECK(labels.is_object(), FormatError, "{}: \"labels\" is no object", where);
  for (const auto& [key, value] : labels.items()) {
    if (value.is_string()) {
      for (const auto& dimension : record.dimensions) record.labels[dimension][key] = value.get<std::string>();
      continue;
    }
    GALLOP_CHECK(value.is_object(), FormatError, "{}: label {} is neither text nor an object of labels", where, base::quote(key));
    for (const auto& [name, text] : value.items()) {
      GALLOP_CHECK(text.is_string(), FormatError, "{}: label {} is no text", where, base::quote(name));
      record.labels[key][name] = text.get<std::string>();
    }
  }
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    auto part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

void set_column(SuiteRecord& record, const std::string& column, std::string_view value, std::map<std::string, std::string>& labels) {
  constexpr std::string_view kLabel = "label:";
  if (column == "prompt")
    record.prompt = value;
  else if (column == "dimensions")
    record.dimensions = split(value, ';');
  else if (column == "file")
    record.file = value;
  else if (column == "image")
    record.image = value;
  else if (!value.empty())
    labels[column.substr(kLabel.size())] = value;
}

}  // namespace

void parse_own_suite(const base::Json& object, std::string_view where, const SuiteOptions& options, Suite& suite) {
  check_keys(object, {"schema", "name", "version", "samples", "dimensions", "records", "licence", "about"}, where);
  GALLOP_CHECK(object.value("schema", base::Json()) == "gallop/suite-v1", FormatError,
               "{}: \"schema\" is not \"gallop/suite-v1\"; this is no suite file", where);
  suite.name = text_of(object, "name", where);
  suite.version = text_of(object, "version", where);
  if (const auto samples = object.find("samples"); samples != object.end()) {
    GALLOP_CHECK(samples->is_number_integer() && *samples >= 1 && *samples <= 1000, FormatError,
                 "{}: \"samples\" is {}, expected 1 to 1000", where, samples->dump());
    suite.samples = samples->get<int>();
  }
  auto common = options.dimensions;
  if (const auto list = object.find("dimensions"); list != object.end()) common = names_of(*list, "dimensions", where);
  const auto records = object.find("records");
  GALLOP_CHECK(records != object.end() && records->is_array(), FormatError, "{}: \"records\" is missing or no list", where);
  for (std::size_t number = 0; number < records->size(); ++number) {
    const auto& entry = (*records)[number];
    const auto place = fmt::format("{}: record {}", where, number);
    GALLOP_CHECK(entry.is_object(), FormatError, "{}: is no object", place);
    check_keys(entry, {"prompt", "dimensions", "labels", "image", "file"}, place);
    SuiteRecord record{.prompt = text_of(entry, "prompt", place),
                       .dimensions = common,
                       .image = text_of(entry, "image", place),
                       .file = text_of(entry, "file", place)};
    if (const auto list = entry.find("dimensions"); list != entry.end()) record.dimensions = names_of(*list, "dimensions", place);
    if (const auto labels = entry.find("labels"); labels != entry.end()) read_labels(*labels, record, place);
    suite.records.push_back(std::move(record));
  }
}

void parse_csv_suite(std::string_view text, std::string_view where, const SuiteOptions& options, Suite& suite) {
  base::CsvScanner scanner(text, where);
  std::vector<std::string_view> fields;
  GALLOP_CHECK(!scanner.done(), FormatError, "{}: empty, expected a line of column names", where);
  scanner.next(fields);
  const std::vector<std::string> header(fields.begin(), fields.end());
  const std::vector<std::string> known = {"prompt", "dimensions", "file", "image"};
  for (const auto& column : header)
    GALLOP_CHECK(column.starts_with("label:") || std::find(known.begin(), known.end(), column) != known.end(), FormatError,
                 "{}: column {} is not known, expected prompt, dimensions (separated by \";\"), file, image or label:NAME", where,
                 base::quote(column));
  while (!scanner.done()) {
    scanner.next(fields);
    if (fields.size() == 1 && fields[0].empty()) continue;  // blank line
    GALLOP_CHECK(fields.size() == header.size(), FormatError, "{}:{}: {} fields, expected {} as the first line has", where, scanner.line(),
                 fields.size(), header.size());
    SuiteRecord record{.dimensions = options.dimensions};
    std::map<std::string, std::string> labels;
    for (std::size_t f = 0; f < fields.size(); ++f) set_column(record, header[f], fields[f], labels);
    if (record.dimensions.empty()) record.dimensions = options.dimensions;
    if (!labels.empty())
      for (const auto& dimension : record.dimensions) record.labels[dimension] = labels;
    suite.records.push_back(std::move(record));
  }
}

void parse_text_suite(std::string_view text, std::string_view where, const SuiteOptions& options, Suite& suite) {
  GALLOP_CHECK(!options.dimensions.empty(), InvalidArgument,
               "{}: a list of prompts names no dimensions; say which to judge (dimensions, or --dimensions)", where);
  for (auto& line : split(text, '\n')) {
    while (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) suite.records.push_back({.prompt = line, .dimensions = options.dimensions});
  }
}

}  // namespace gallop::benchmark
