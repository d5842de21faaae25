// Reads attacker-controlled offsets: each access goes through range(), which checks it (format: PKWARE APPNOTE 6.3).
#include "weights/zip_archive.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"
#include "base/names.h"

namespace gallop::weights {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50, kEnd64Locator = 0x07064b50, kEnd64Mark = 0x06064b50, kDirectoryMark = 0x02014b50,
                        kLocalMark = 0x04034b50;
constexpr std::uint64_t kMostEntries = 1'000'000;
constexpr std::uint64_t kMostInflated = std::uint64_t{8} << 30;
// Deflate cannot shrink more than this; a larger claim is a lie made to exhaust memory.
constexpr std::uint64_t kMostExpansion = 1032;
// All entries together: no real set of weights shrinks a hundredfold, and overlapping entries could multiply the above.
constexpr std::uint64_t kMostOverallExpansion = 100, kAlwaysInflated = 16 << 20;

std::vector<std::byte> inflate_entry(std::span<const std::byte> packed, std::uint64_t size, const std::string& where) {
  GALLOP_CHECK(size <= kMostInflated && size / kMostExpansion <= packed.size(), FormatError, "{}: claims to unpack {} bytes to {}; refused",
               where, packed.size(), size);
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  z_stream stream{};
  GALLOP_CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK, OutOfMemory, "{}: no memory to unpack", where);
  int status = Z_OK;
  std::size_t taken = 0, given = 0;
  while (status == Z_OK) {
    // zlib counts in 32 bits: hand over at most a gigabyte at a time.
    constexpr std::size_t kStep = std::size_t{1} << 30;
    const auto in = std::min(kStep, packed.size() - taken), room = std::min(kStep, out.size() - given);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + taken));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + given);
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    given += room - stream.avail_out;
    if (status == Z_OK && stream.avail_in == in && stream.avail_out == room) status = Z_BUF_ERROR;
  }
  inflateEnd(&stream);
  GALLOP_CHECK(status == Z_STREAM_END && given == out.size(), FormatError,
               "{}: does not unpack to the {} bytes it claims; the file is damaged", where, size);
  return out;
}

}  // namespace

bool ZipArchive::looks_like(std::span<const std::byte> bytes) {
  return bytes.size() >= 22 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'} && bytes[2] == std::byte{3} &&
         bytes[3] == std::byte{4};
}

ZipArchive::ZipArchive(std::shared_ptr<const base::MappedFile> file) : file_(std::move(file)) { read_directory(); }

std::span<const std::byte> ZipArchive::range(std::uint64_t offset, std::uint64_t length, const char* what) const {
  const auto bytes = file_->bytes();
  GALLOP_CHECK(offset <= bytes.size() && length <= bytes.size() - offset, FormatError,
               "{}: {} at byte {} of length {} leaves the file of {} bytes; it is damaged or cut short", base::quote(file_->path()), what,
               offset, length, bytes.size());
  return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

std::uint64_t ZipArchive::number(std::uint64_t offset, int bytes, const char* what) const {
  const auto view = range(offset, static_cast<std::uint64_t>(bytes), what);
  std::uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | static_cast<std::uint64_t>(view[static_cast<std::size_t>(i)]);
  return value;
}

void ZipArchive::read_directory() {
  const auto shown = base::quote(file_->path());
  const auto size = static_cast<std::uint64_t>(file_->bytes().size());
  GALLOP_CHECK(size >= 22, FormatError, "{}: too short for a torch archive; copy it again", shown);
  // The end record is followed by a comment of at most 65,535 bytes.
  std::uint64_t end = size - 22;
  const auto lowest = size > 65557 ? size - 65557 : 0;
  while (number(end, 4, "end record") != kEndMark) {
    GALLOP_CHECK(end > lowest, FormatError, "{}: has no zip directory at its end; it was cut short: copy it again", shown);
    --end;
  }
  std::uint64_t count = number(end + 10, 2, "end record"), at = number(end + 16, 4, "end record");
  if ((count == 0xFFFF || at == 0xFFFFFFFF) && end >= 20 && number(end - 20, 4, "zip64 locator") == kEnd64Locator) {
    const auto end64 = number(end - 20 + 8, 8, "zip64 locator");
    GALLOP_CHECK(number(end64, 4, "zip64 end record") == kEnd64Mark, FormatError, "{}: its zip64 end record is not where it should be",
                 shown);
    count = number(end64 + 32, 8, "zip64 end record");
    at = number(end64 + 48, 8, "zip64 end record");
  }
  GALLOP_CHECK(count <= kMostEntries, FormatError, "{}: claims {} entries; refused", shown, count);
  for (std::uint64_t i = 0; i < count; ++i) {
    GALLOP_CHECK(number(at, 4, "directory") == kDirectoryMark, FormatError, "{}: entry {} of its zip directory is damaged", shown, i);
    Entry entry{.header = number(at + 42, 4, "directory"),
                .packed = number(at + 20, 4, "directory"),
                .size = number(at + 24, 4, "directory"),
                .method = static_cast<std::uint16_t>(number(at + 10, 2, "directory"))};
    const auto name_length = number(at + 28, 2, "directory"), extra_length = number(at + 30, 2, "directory"),
               comment_length = number(at + 32, 2, "directory");
    const auto name_bytes = range(at + 46, name_length, "entry name");
    const std::string name(reinterpret_cast<const char*>(name_bytes.data()), name_bytes.size());
    GALLOP_CHECK((number(at + 8, 2, "directory") & 1) == 0, FormatError, "{}: entry {} is encrypted", shown, base::quote(name));
    // zip64: sizes that do not fit 32 bits stand in an extra field, in this order.
    for (std::uint64_t extra = at + 46 + name_length, stop = extra + extra_length; extra + 4 <= stop;) {
      const auto id = number(extra, 2, "extra field"), length = number(extra + 2, 2, "extra field");
      if (id == 1) {
        std::uint64_t field = extra + 4;
        for (auto* value : {&entry.size, &entry.packed, &entry.header})
          if (*value == 0xFFFFFFFF && field + 8 <= extra + 4 + length) {
            *value = number(field, 8, "extra field");
            field += 8;
          }
      }
      extra += 4 + length;
    }
    GALLOP_CHECK(entries_.emplace(name, entry).second, FormatError, "{}: entry {} appears twice; the file is ambiguous", shown,
                 base::quote(name));
    at = base::checked_add(at, 46 + name_length + extra_length + comment_length, "zip directory");
  }
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> all;
  for (const auto& [name, entry] : entries_) all.push_back(name);
  return all;
}

ZipBytes ZipArchive::read(const std::string& name) const {
  const auto where = fmt::format("{}: entry {}", base::quote(file_->path()), base::quote(name));
  const auto found = entries_.find(name);
  GALLOP_CHECK(found != entries_.end(), FormatError, "{} is missing from the archive; the file is damaged", where);
  const auto& entry = found->second;
  GALLOP_CHECK(number(entry.header, 4, "local header") == kLocalMark, FormatError, "{} has a damaged header", where);
  const auto start = entry.header + 30 + number(entry.header + 26, 2, "local header") + number(entry.header + 28, 2, "local header");
  const auto packed = range(start, entry.packed, "entry");
  if (entry.method == 0) {
    GALLOP_CHECK(entry.packed == entry.size, FormatError, "{} is stored with two sizes, {} and {}", where, entry.packed, entry.size);
    return {packed, file_};
  }
  GALLOP_CHECK(entry.method == 8, FormatError, "{} uses compression method {}, expected none or deflate", where, entry.method);
  unpacked_ = base::checked_add(unpacked_, entry.size, where.c_str());
  GALLOP_CHECK(unpacked_ <= kAlwaysInflated || unpacked_ / kMostOverallExpansion <= file_->bytes().size(), FormatError,
               "{}: the archive unpacks to more than {} times its size; refused", where, kMostOverallExpansion);
  auto inflated = std::make_shared<const std::vector<std::byte>>(inflate_entry(packed, entry.size, where));
  return {*inflated, inflated};
}

}  // namespace gallop::weights
