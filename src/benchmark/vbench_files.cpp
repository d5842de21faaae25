// The two files that the reference package writes (vbench.md 7.1): readers of those read these.
#include <cmath>
#include <map>

#include "base/check.h"
#include "base/json.h"
#include "benchmark/canonical_json.h"
#include "benchmark/suite_files.h"

namespace gallop {
namespace benchmark {
namespace {

using Rows = std::vector<const ResultRow*>;

// Scored rows of each dimension in the order of the work list, as the reference lists them.
std::map<std::string, Rows> by_dimension(const Results& results) {
  std::map<std::string, Rows> rows;
  for (const auto& row : results.rows)
    if (row.state == RowState::scored) rows[row.dimension].push_back(&row);
  for (auto& [name, list] : rows)
    std::sort(list.begin(), list.end(),
              [](const auto* a, const auto* b) { return std::tie(a->record, a->sample) < std::tie(b->record, b->sample); });
  return rows;
}

bool is_boolean(const std::string& dimension) { return dimension == "dynamic_degree" || dimension == "human_action"; }

base::OrderedJson numbers(const std::vector<double>& values) {
  auto list = base::OrderedJson::array();
  for (const double value : values) list.push_back(value);
  return list;
}

// Fields beside path and result, by dimension (vbench.md 4).
void add_fields(const ResultRow& row, base::OrderedJson& json) {
  const auto& score = row.score;
  const auto detail = [&](const char* name, double otherwise) {
    const auto found = score.details.find(name);
    return found == score.details.end() ? otherwise : found->second;
  };
  double sum = 0.0;
  for (const double part : score.parts) sum += part;
  if (row.dimension == "background_consistency") {
    json["video_sim"] = sum;
    json["cnt_per_video"] = score.parts.size();
  } else if (row.dimension == "object_class" || row.dimension == "multiple_objects" || row.dimension == "scene") {
    json["success_frame_count"] = std::llround(detail("success_frame_count", score.value * 16.0));
    json["frame_count"] = std::llround(detail("frame_count", 16.0));
  } else if (row.dimension == "human_action") {
    json["cor_num_per_video"] = score.value != 0.0 ? 1 : 0;
  } else if (row.dimension == "color") {
    json["cur_success_frame_rate"] = score.value;
  } else if (row.dimension == "spatial_relationship") {
    json["frame_results"] = numbers(score.parts);
  } else if (row.dimension == "appearance_style") {
    json["frame_results"] = numbers(score.parts);
    if (!score.parts.empty()) json["cur_sim"] = score.parts.back();
  }
}

std::string path_of(const Results& results, const std::string& clip) { return (std::filesystem::path(results.videos) / clip).string(); }

}  // namespace
}  // namespace benchmark

inline namespace v0 {
using namespace benchmark;

std::string Results::vbench_results() const {
  const auto rows_of = by_dimension(*this);
  auto json = base::OrderedJson::object();
  for (const auto& d : dimensions) {
    const auto found = rows_of.find(d.dimension);
    if (found == rows_of.end() || !std::isfinite(d.estimate.value)) continue;
    auto details = base::OrderedJson::array();
    for (const auto* row : found->second) {
      if (std::isnan(row->score.value)) continue;  // dropped, as the reference leaves it out
      base::OrderedJson entry = {{"video_path", path_of(*this, row->clip)}};
      if (is_boolean(row->dimension))
        entry["video_results"] = row->score.value != 0.0;
      else
        entry["video_results"] = row->score.value;
      add_fields(*row, entry);
      details.push_back(std::move(entry));
    }
    json[d.dimension] = {d.estimate.value, std::move(details)};
  }
  return json.dump(4, ' ', true);
}

std::string Results::vbench_full_info() const {
  std::map<std::size_t, std::map<std::size_t, std::vector<std::string>>> clips;  // record -> sample -> paths
  for (const auto& row : rows) {
    auto& of_record = clips[row.record];  // also when nothing was found, as the reference lists it
    if (row.state == RowState::missing) continue;
    auto& paths = of_record[static_cast<std::size_t>(row.sample)];
    const auto path = path_of(*this, row.clip);
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  auto list = base::OrderedJson::array();
  for (const auto& [number, samples_of] : clips) {
    const auto& record = records[number];
    base::OrderedJson entry = {{"prompt_en", record.prompt}, {"dimension", record.dimensions}};
    base::OrderedJson auxiliary = base::OrderedJson::object();
    for (const auto& dimension : record.dimensions)
      if (auto payload = auxiliary_info(record, dimension); !payload.is_null()) auxiliary[dimension] = payload;
    if (!auxiliary.empty()) entry["auxiliary_info"] = auxiliary;
    if (!record.image.empty()) entry["image_name"] = record.image;
    entry["video_list"] = base::OrderedJson::array();
    for (const auto& [sample, paths] : samples_of)
      for (const auto& path : paths) entry["video_list"].push_back(path);
    list.push_back(std::move(entry));
  }
  return list.dump(4, ' ', true);
}

}  // namespace v0
}  // namespace gallop
