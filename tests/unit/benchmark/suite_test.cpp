#include <doctest/doctest.h>

#include "base/files.h"
#include "benchmark/suite_files.h"
#include "gallop/error.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

Suite load(const char* name, std::string_view text, const SuiteOptions& options = {}) {
  const test::ScratchFolder folder;
  base::write_text_atomic(folder / name, text);
  return benchmark::load_suite(folder / name, options);
}

}  // namespace

TEST_CASE("suite: the published VBench file") {
  const auto file = test::shared_file("data/text/vbench/VBench_full_info.json");
  if (!file) return;
  const auto suite = benchmark::load_suite(*file, {.require_official = true});
  CHECK(suite.name == "vbench");
  CHECK(suite.official);
  CHECK(suite.records.size() == 946);
  CHECK(suite.dimensions().size() == 16);
  std::size_t labelled = 0;
  for (const auto& record : suite.records) labelled += record.labels.empty() ? 0 : 1;
  CHECK(labelled == 506);
  for (const auto& record : suite.records) {
    if (record.dimensions.front() != "spatial_relationship") continue;
    CHECK(record.labels.at("spatial_relationship").contains("object_a"));
    CHECK(record.labels.at("spatial_relationship").contains("relationship"));
  }
  const auto again = benchmark::suite_from_json(benchmark::suite_to_json(suite));
  CHECK(benchmark::suite_to_json(again) == benchmark::suite_to_json(suite));
}

TEST_CASE("suite: the published image-to-video file") {
  const auto file = test::shared_file("data/text/vbench/vbench2_i2v_full_info.json");
  if (!file) return;
  const auto suite = benchmark::load_suite(*file, {});
  CHECK(suite.name == "vbench-i2v");
  CHECK(suite.records.size() == 1118);
  CHECK_FALSE(suite.records.front().image.empty());
}

TEST_CASE("suite: VBench's payloads go back into its layout") {
  const auto suite = load(
      "s.json",
      R"([{"prompt_en": "an alley", "dimension": ["scene", "background_consistency"], "auxiliary_info": {"scene": {"scene": {"scene": "alley"}}}},
    {"prompt_en": "a red car", "dimension": ["color"], "auxiliary_info": {"color": {"color": "red"}}}])");
  CHECK(suite.records[0].labels.at("scene").at("scene") == "alley");
  CHECK(benchmark::auxiliary_info(suite.records[0], "scene") == base::Json::parse(R"({"scene": {"scene": "alley"}})"));
  CHECK(benchmark::auxiliary_info(suite.records[1], "color") == base::Json::parse(R"({"color": "red"})"));
  CHECK(benchmark::auxiliary_info(suite.records[0], "background_consistency").is_null());
  CHECK_FALSE(suite.official);
  CHECK_THROWS_AS(load("s.json", R"([{"prompt_en": "x", "dimension": ["scene"]}])", {.require_official = true}), FormatError);
}

TEST_CASE("suite: own JSON, CSV and text") {
  const auto json =
      load("own.json", R"({"schema": "gallop/suite-v1", "name": "mine", "samples": 2, "dimensions": ["sharpness"], "records": [
    {"prompt": "a", "labels": {"color": "red"}}, {"file": "deep/b.mp4", "dimensions": ["contrast"], "labels": {"contrast": {"x": "y"}}}]})");
  CHECK(json.samples == 2);
  CHECK(json.records[0].labels.at("sharpness").at("color") == "red");
  CHECK(json.records[1].labels.at("contrast").at("x") == "y");
  const auto csv = load("own.csv", "prompt,dimensions,label:color,image\n\"a, \"\"b\"\"\",sharpness; contrast,red,x.png\n");
  CHECK(csv.records[0].prompt == "a, \"b\"");
  CHECK(csv.records[0].dimensions == std::vector<std::string>{"sharpness", "contrast"});
  CHECK(csv.records[0].labels.at("contrast").at("color") == "red");
  const auto text = load("own.txt", "one\r\n\n二\n", {.dimensions = {"sharpness"}});
  CHECK(text.records.size() == 2);
  CHECK(text.records[1].prompt == "二");
  CHECK_THROWS_AS(load("own.txt", "one\n"), InvalidArgument);
}

TEST_CASE("suite: what is wrong is said with the record") {
  const auto refused = [](const char* name, std::string_view text, const char* word) {
    try {
      load(name, text);
    } catch (const FormatError& error) {
      CAPTURE(error.what());
      CHECK(std::string(error.what()).find(word) != std::string::npos);
      return;
    }
    FAIL("accepted: " << text);
  };
  refused("s.json", "[]", "no prompts");
  refused("s.json", "{}", "schema");
  refused("s.json", R"([{"prompt_en": 3, "dimension": ["x"]}])", "record 0");
  refused("s.json", R"([{"prompt_en": "a", "dimension": []}])", "record 0");
  refused("s.json", R"([{"prompt_en": "a", "dimension": ["x"]}, {"prompt_en": "a", "dimension": ["x"]}])", "repeats record 0");
  refused("s.json", R"({"schema": "gallop/suite-v1", "records": [{"file": "../out.mp4", "dimensions": ["x"]}]})", "leave the folder");
  refused("s.json", R"({"schema": "gallop/suite-v1", "records": [{"file": "/etc/x.mp4", "dimensions": ["x"]}]})", "leave the folder");
  refused("s.json", R"({"schema": "gallop/suite-v1", "records": [{"prompt": "a", "image": "../x.png", "dimensions": ["x"]}]})",
          "leave the folder");
  refused("s.json", R"({"schema": "gallop/suite-v1", "recrods": []})", "recrods");
  refused("s.json", R"({"schema": "gallop/suite-v1", "samples": 0, "records": []})", "samples");
  refused("s.csv", "prompt,colour\na,b\n", "colour");
  refused("s.csv", "prompt,dimensions\na\n", "2");
  refused("s.json", "[{\"prompt_en\": \"\xff\", \"dimension\": [\"x\"]}]", "UTF-8");
}
