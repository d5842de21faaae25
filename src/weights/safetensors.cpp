// Reads attacker-controlled headers: every number is checked before it is used (format:
// github.com/huggingface/safetensors).
#include "weights/safetensors.h"

#include <cstring>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "weights/safetensors_header.h"

namespace gallop::weights {
namespace {

constexpr std::uint64_t kLongestHeader = 100'000'000;  // bytes: the limit of the format's own library

at::Tensor view_entry(const HeaderEntry& entry, const std::byte* data, const std::shared_ptr<const base::MappedFile>& mapped) {
  if (entry.begin == entry.end) return at::empty(entry.shape, at::TensorOptions().dtype(entry.dtype));
  void* start = const_cast<std::byte*>(data + entry.begin);
  const auto size = c10::elementSize(entry.dtype);
  auto bytes = at::from_blob(start, {static_cast<std::int64_t>(entry.end - entry.begin)}, [mapped](void*) {}, at::kByte);
  // The format does not align tensors; a view of a wider type on an odd address would be undefined behaviour.
  if (reinterpret_cast<std::uintptr_t>(start) % size != 0) bytes = bytes.clone();
  return bytes.view(entry.dtype).view(entry.shape);
}

// The checked header and where its data begins.
struct OpenFile {
  std::shared_ptr<const base::MappedFile> mapped;
  SafetensorsHeader header;
  const std::byte* data;
};

OpenFile open_checked(const std::filesystem::path& file) {
  const auto mapped = base::MappedFile::open(file);
  const auto shown = base::quote(file);
  const auto bytes = mapped->bytes();
  GALLOP_CHECK(bytes.size() >= 8, FormatError, "{}: {} bytes, a safetensors file has at least 8; it is empty or cut short", shown,
               bytes.size());
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);  // little-endian, as this library's platforms are
  GALLOP_CHECK(header <= kLongestHeader, FormatError, "{}: header of {} bytes, expected at most {}; this is no safetensors file", shown,
               header, kLongestHeader);
  GALLOP_CHECK(header <= bytes.size() - 8, FormatError,
               "{}: header of {} bytes, the file has {} after its length; it was cut short: copy it again", shown, header,
               bytes.size() - 8);
  const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + 8, static_cast<std::size_t>(header));
  return {mapped, parse_safetensors_header(json, bytes.size() - 8 - header, shown), bytes.data() + 8 + header};
}

}  // namespace

TensorMap open_safetensors(const std::filesystem::path& file) {
  const auto opened = open_checked(file);
  TensorMap tensors;
  for (const auto& [name, entry] : opened.header.tensors)
    tensors.emplace_hint(tensors.end(), name, view_entry(entry, opened.data, opened.mapped));
  return tensors;
}

std::map<std::string, std::string, std::less<>> safetensors_remarks(const std::filesystem::path& file) {
  return open_checked(file).header.remarks;
}

}  // namespace gallop::weights
