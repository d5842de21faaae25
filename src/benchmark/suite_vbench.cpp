// VBench's full_info layout, text-to-video and image-to-video (vbench.md 6.1, 8.1).
#include "base/check.h"
#include "base/names.h"
#include "benchmark/suite_files.h"

namespace gallop::benchmark {
namespace {

std::string text_field(const base::Json& record, const char* key, bool needed, std::string_view where, std::size_t number) {
  const auto found = record.find(key);
  if (found == record.end() && !needed) return {};
  GALLOP_CHECK(found != record.end() && found->is_string(), FormatError, "{}: record {}: \"{}\" is missing or no text", where, number, key);
  return found->get<std::string>();
}

// {"object": "cat"} or {"scene": {"scene": "alley"}}: one level of nesting is a wrapper of the dimension's own name.
void flatten(const base::Json& payload, std::map<std::string, std::string>& labels, std::string_view where, std::size_t number) {
  GALLOP_CHECK(payload.is_object(), FormatError, "{}: record {}: the auxiliary info of a dimension is no object", where, number);
  for (const auto& [key, value] : payload.items()) {
    if (value.is_object()) {
      flatten(value, labels, where, number);
      continue;
    }
    GALLOP_CHECK(value.is_string(), FormatError, "{}: record {}: auxiliary value {} is no text", where, number, base::quote(key));
    labels[key] = value.get<std::string>();
  }
}

}  // namespace

void parse_vbench_suite(const base::Json& list, std::string_view where, Suite& suite) {
  std::size_t number = 0;
  for (const auto& entry : list) {
    GALLOP_CHECK(entry.is_object(), FormatError, "{}: record {} is no object", where, number);
    SuiteRecord record{.prompt = text_field(entry, "prompt_en", true, where, number),
                       .image = text_field(entry, "image_name", false, where, number)};
    const auto dimensions = entry.find("dimension");
    GALLOP_CHECK(dimensions != entry.end() && dimensions->is_array(), FormatError, "{}: record {}: \"dimension\" is missing or no list",
                 where, number);
    for (const auto& name : *dimensions) {
      GALLOP_CHECK(name.is_string(), FormatError, "{}: record {}: a dimension is no text", where, number);
      record.dimensions.push_back(name.get<std::string>());
    }
    if (const auto auxiliary = entry.find("auxiliary_info"); auxiliary != entry.end()) {
      GALLOP_CHECK(auxiliary->is_object(), FormatError, "{}: record {}: \"auxiliary_info\" is no object", where, number);
      for (const auto& [dimension, payload] : auxiliary->items()) flatten(payload, record.labels[dimension], where, number);
    }
    suite.records.push_back(std::move(record));
    ++number;
  }
}

base::Json auxiliary_info(const SuiteRecord& record, const std::string& dimension) {
  const auto found = record.labels.find(dimension);
  if (found == record.labels.end() || found->second.empty()) return nullptr;
  base::Json labels = found->second;
  if (dimension == "scene" || dimension == "spatial_relationship") return {{dimension, labels}};
  return labels;
}

}  // namespace gallop::benchmark
