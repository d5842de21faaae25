// Text of messages: quoting hostile names, and "did you mean".
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gallop::base {

// In double quotes, control characters and broken UTF-8 escaped, cut in the middle above 300 bytes: safe to print.
std::string quote(std::string_view text);
inline std::string quote(const std::filesystem::path& path) { return quote(std::string_view(path.native())); }
inline std::string quote(const std::string& text) { return quote(std::string_view(text)); }
inline std::string quote(const char* text) { return quote(std::string_view(text)); }

// Up to three names that are close to `wanted` by edit distance or part of it, closest first.
std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> known);
// "; did you mean \"a\" or \"b\"?" or, when nothing is near, "; known: ..." with at most sixty names.
std::string suggestion(std::string_view wanted, std::span<const std::string> known);

}  // namespace gallop::base
