// Reads attacker-controlled headers: every number is checked before it is used (format: github.com/huggingface/safetensors).
#include "weights/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/files.h"
#include "base/json.h"
#include "base/names.h"
#include "weights/safetensors_dtype.h"

namespace gallop::weights {
namespace {

constexpr std::uint64_t kLongestHeader = 100'000'000;

struct Entry {
  std::string name;
  at::ScalarType dtype = at::kByte;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

// A non-negative integer of the header, by exact type: 1.0 and "1" are lies too.
std::uint64_t whole_number(const base::Json& value, const std::string& where) {
  GALLOP_CHECK(value.is_number_unsigned(), FormatError, "{}: {} is not a non-negative integer", where, value.dump());
  return value.get<std::uint64_t>();
}

std::uint64_t bytes_of(const Entry& entry, const std::string& where) {
  std::uint64_t count = 1;
  for (const auto side : entry.shape) count = base::checked_mul(count, static_cast<std::uint64_t>(side), where.c_str());
  return base::checked_mul(count, static_cast<std::uint64_t>(c10::elementSize(entry.dtype)), where.c_str());
}

Entry parse_entry(const std::string& name, const base::Json& value, const std::string& file) {
  const auto where = fmt::format("{}: tensor {}", file, base::quote(name));
  GALLOP_CHECK(value.is_object() && value.size() == 3 && value.contains("dtype") && value.contains("shape") && value.contains("data_offsets"), FormatError,
               "{}: expected exactly dtype, shape and data_offsets", where);
  const auto& dtype_name = value["dtype"];
  const auto dtype = dtype_name.is_string() ? safetensors_dtype(dtype_name.get_ref<const std::string&>()) : std::nullopt;
  GALLOP_CHECK(dtype.has_value(), FormatError, "{}: number type {} is not known", where, dtype_name.dump());
  const auto &shape = value["shape"], &offsets = value["data_offsets"];
  GALLOP_CHECK(shape.is_array() && shape.size() <= 16, FormatError, "{}: shape is not a list of at most 16 sides", where);
  GALLOP_CHECK(offsets.is_array() && offsets.size() == 2, FormatError, "{}: data_offsets is not a pair", where);
  Entry entry{.name = name, .dtype = *dtype, .shape = {}};
  for (const auto& side : shape) {
    const auto length = whole_number(side, where);
    GALLOP_CHECK(length <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()), FormatError, "{}: side {} is not believable", where, length);
    entry.shape.push_back(static_cast<std::int64_t>(length));
  }
  entry.begin = whole_number(offsets[0], where);
  entry.end = whole_number(offsets[1], where);
  const auto expected = bytes_of(entry, where);
  GALLOP_CHECK(entry.begin <= entry.end && entry.end - entry.begin == expected, FormatError,
               "{}: data_offsets [{}, {}] do not fit its shape, which takes {} bytes", where, entry.begin, entry.end, expected);
  return entry;
}

// Ranges must tile the buffer: no hole, no overlap, nothing left over.
void check_tiling(std::vector<Entry>& entries, std::uint64_t buffer, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t at = 0;
  for (const auto& entry : entries) {
    GALLOP_CHECK(entry.begin == at, FormatError, "{}: tensor {} begins at byte {}, expected {}: ranges {}", file, base::quote(entry.name), entry.begin, at,
                 entry.begin < at ? "overlap" : "leave a hole");
    at = entry.end;
  }
  GALLOP_CHECK(at == buffer, FormatError, "{}: its tensors take {} bytes, the file holds {}; {}", file, at, buffer,
               at > buffer ? "it was cut short: copy it again" : "there is unknown data at its end");
}

at::Tensor view_entry(const Entry& entry, const std::byte* data, const std::shared_ptr<const base::MappedFile>& mapped) {
  void* start = const_cast<std::byte*>(data + entry.begin);
  const auto size = c10::elementSize(entry.dtype);
  auto bytes = at::from_blob(start, {static_cast<std::int64_t>(entry.end - entry.begin)}, [mapped](void*) {}, at::kByte);
  // The format does not align tensors; a view of a wider type on an odd address would be undefined behaviour.
  if (reinterpret_cast<std::uintptr_t>(start) % size != 0) bytes = bytes.clone();
  return entry.begin == entry.end ? at::empty(entry.shape, at::TensorOptions().dtype(entry.dtype)) : bytes.view(entry.dtype).view(entry.shape);
}

void check_metadata(const base::Json& metadata, const std::string& file) {
  GALLOP_CHECK(metadata.is_object(), FormatError, "{}: __metadata__ is not an object", file);
  for (const auto& [key, value] : metadata.items())
    GALLOP_CHECK(value.is_string(), FormatError, "{}: __metadata__ entry {} is not text", file, base::quote(key));
}

}  // namespace

TensorMap open_safetensors(const std::filesystem::path& file) {
  const auto mapped = base::MappedFile::open(file);
  const auto shown = base::quote(file);
  const auto bytes = mapped->bytes();
  GALLOP_CHECK(bytes.size() >= 8, FormatError, "{}: {} bytes, a safetensors file has at least 8; it is empty or cut short", shown, bytes.size());
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);  // little-endian, as this library's platforms are
  GALLOP_CHECK(header <= kLongestHeader, FormatError, "{}: header of {} bytes, expected at most {}; this is no safetensors file", shown, header, kLongestHeader);
  GALLOP_CHECK(header <= bytes.size() - 8, FormatError, "{}: header of {} bytes, the file has {} after its length; it was cut short: copy it again", shown, header,
               bytes.size() - 8);
  const auto json = base::parse_json({reinterpret_cast<const char*>(bytes.data()) + 8, static_cast<std::size_t>(header)}, shown);
  GALLOP_CHECK(json.is_object(), FormatError, "{}: its header is not a JSON object", shown);
  std::vector<Entry> entries;
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__") check_metadata(value, shown);
    else entries.push_back(parse_entry(name, value, shown));
  }
  check_tiling(entries, bytes.size() - 8 - header, shown);
  TensorMap tensors;
  for (const auto& entry : entries) tensors.emplace(entry.name, view_entry(entry, bytes.data() + 8 + header, mapped));
  return tensors;
}

TensorMap open_safetensors_index(const std::filesystem::path& index) {
  const auto json = base::read_json(index);
  const auto shown = base::quote(index);
  GALLOP_CHECK(json.is_object() && json.contains("weight_map") && json["weight_map"].is_object(), FormatError, "{}: expected an object with weight_map", shown);
  std::map<std::string, TensorMap> shards;
  TensorMap tensors;
  for (const auto& [name, value] : json["weight_map"].items()) {
    GALLOP_CHECK(value.is_string(), FormatError, "{}: the file of tensor {} is not text", shown, base::quote(name));
    const auto& shard = value.get_ref<const std::string&>();
    const std::filesystem::path path(shard);
    GALLOP_CHECK(!shard.empty() && shard.find('\0') == std::string::npos && !path.is_absolute() && path == path.filename() && shard != "." && shard != "..", FormatError,
                 "{}: shard {} is not a plain file name beside the index; such a path is refused", shown, base::quote(shard));
    if (!shards.contains(shard)) shards.emplace(shard, open_safetensors(index.parent_path() / path));
    const auto found = shards[shard].find(name);
    GALLOP_CHECK(found != shards[shard].end(), FormatError, "{}: tensor {} is not in {}, where the index puts it", shown, base::quote(name), base::quote(shard));
    tensors.emplace(name, found->second);
  }
  return tensors;
}

}  // namespace gallop::weights
