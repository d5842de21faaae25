// The JSON header of a safetensors file, read without building a document: memory stays proportional to the tensors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/aten.h"

namespace gallop::weights {

struct HeaderEntry {
  at::ScalarType dtype = at::kFloat;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes of the data section
};
struct SafetensorsHeader {
  std::map<std::string, HeaderEntry, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> remarks;
};

// Parses and checks `json` against a data section of `data_size` bytes; `where` names the file. FormatError: broken
// JSON or UTF-8, a byte-order mark, keys twice, unknown keys or element types, sizes that overflow or disagree, ranges
// that overlap, leave holes or do not cover the section exactly.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size, std::string_view where);

}  // namespace gallop::weights
