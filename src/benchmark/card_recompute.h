// What a card's numbers follow from.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "gallop/benchmark.h"

namespace gallop::benchmark {

// The rows of a per_clip.jsonl. FormatError with the line.
std::vector<ResultRow> read_per_clip(const std::filesystem::path& file);
// Clips of `folder` whose digest is another, or that are absent; hashed by several threads.
std::vector<std::string> changed_clips(const std::filesystem::path& folder, const std::map<std::string, std::string>& digests);
// "" or what does not follow: a dimension from its rows, an aggregate from its dimensions.
std::string dimension_misfit(const base::Json& card, const std::vector<ResultRow>& rows);
std::string aggregate_misfit(const base::Json& card);

}  // namespace gallop::benchmark
