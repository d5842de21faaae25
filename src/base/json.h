// Strict JSON for hostile files: UTF-8 only, no duplicate keys, bounded depth. Wraps nlohmann-json.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

namespace gallop::base {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// Parses `text`; `where` names it in messages. FormatError: broken JSON (with the byte offset), broken UTF-8, a key twice in
// one object, nested deeper than 128.
Json parse_json(std::string_view text, std::string_view where);
Json read_json(const std::filesystem::path& file, std::uint64_t limit = 1ULL << 28);

}  // namespace gallop::base
