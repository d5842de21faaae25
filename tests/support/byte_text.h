// Building small binary files in tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gallop::test {

// `bytes` bytes of `value`, little-endian.
inline std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xFF);
  return out;
}

inline std::filesystem::path write_bytes(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

// A safetensors file of this header and `data` zero bytes.
inline std::string safetensors_bytes(std::string_view header, std::size_t data) {
  return little(header.size(), 8) + std::string(header) + std::string(data, '\0');
}

}  // namespace gallop::test
