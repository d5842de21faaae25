#include "weights/torch_file.h"

#include <algorithm>

#include "base/check.h"
#include "base/names.h"
#include "weights/flatten.h"
#include "weights/pickle.h"
#include "weights/zip_archive.h"

namespace gallop::weights {
namespace {

constexpr std::string_view kStreamMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

// The folder inside the archive that holds data.pkl.
std::string root_of(const ZipArchive& archive, const std::string& shown) {
  std::string root;
  int found = 0;
  for (const auto& name : archive.names())
    if (name.ends_with("/data.pkl") && std::count(name.begin(), name.end(), '/') == 1) {
      root = name.substr(0, name.size() - 8);
      ++found;
    }
  GALLOP_CHECK(found == 1, FormatError, "{}: a zip file with {} data.pkl, expected one; this is no torch checkpoint", shown, found);
  return root;
}

void check_byte_order(const ZipArchive& archive, const std::string& root, const std::string& shown) {
  if (!archive.contains(root + "byteorder")) return;
  const auto order = archive.read(root + "byteorder").bytes;
  const std::string text(reinterpret_cast<const char*>(order.data()), std::min<std::size_t>(order.size(), 16));
  GALLOP_CHECK(text == "little", Unsupported, "{}: numbers are stored {}-endian; save it again on a little-endian machine", shown,
               base::quote(text));
}

// One storage of the old stream: its key and the bytes that follow.
std::map<std::string, std::span<const std::byte>> stream_storages(std::span<const std::byte> rest, const PickleValue& keys,
                                                                  const std::map<std::string, std::size_t>& element_sizes,
                                                                  const std::string& shown) {
  const auto* list = std::get_if<PickleList>(&keys.data);
  GALLOP_CHECK(list != nullptr, FormatError, "{}: its list of storages is damaged", shown);
  std::map<std::string, std::span<const std::byte>> storages;
  for (const auto& item : list->items) {
    const auto* key = std::get_if<std::string>(&item->data);
    GALLOP_CHECK(key != nullptr && rest.size() >= 8, FormatError, "{}: ends before its last storage; it was cut short: copy it again",
                 shown);
    std::uint64_t count = 0;
    for (int i = 7; i >= 0; --i) count = count << 8 | static_cast<std::uint64_t>(rest[static_cast<std::size_t>(i)]);
    const auto known = element_sizes.find(*key);
    GALLOP_CHECK(known != element_sizes.end(), FormatError, "{}: storage {} belongs to no tensor", shown, base::quote(*key));
    const auto bytes = base::checked_mul(count, static_cast<std::uint64_t>(known->second), shown.c_str());
    GALLOP_CHECK(bytes <= rest.size() - 8, FormatError, "{}: storage {} of {} bytes leaves the file; it was cut short: copy it again",
                 shown, base::quote(*key), bytes);
    storages.emplace(*key, rest.subspan(8, static_cast<std::size_t>(bytes)));
    rest = rest.subspan(8 + static_cast<std::size_t>(bytes));
  }
  return storages;
}

}  // namespace

TensorMap open_torch_zip(const std::shared_ptr<const base::MappedFile>& file) {
  const auto shown = base::quote(file->path());
  const ZipArchive archive(file);
  const auto root = root_of(archive, shown);
  check_byte_order(archive, root, shown);
  const auto description = archive.read(root + "data.pkl");
  const auto parsed = read_pickle(description.bytes, shown);
  std::map<std::string, ZipBytes> storages;  // each unpacked once: tensors share them
  return flatten(
      *parsed.value,
      [&](const TensorSpec& spec) {
        auto found = storages.find(spec.storage);
        if (found == storages.end()) found = storages.emplace(spec.storage, archive.read(root + "data/" + spec.storage)).first;
        return tensor_over(found->second.bytes, found->second.owner, spec, shown);
      },
      shown);
}

bool looks_like_torch_stream(std::span<const std::byte> bytes) {
  return bytes.size() > 2 && bytes[0] == std::byte{0x80} && bytes[1] <= std::byte{5};
}

TensorMap open_torch_stream(const std::shared_ptr<const base::MappedFile>& file) {
  const auto shown = base::quote(file->path());
  auto rest = file->bytes();
  std::vector<std::shared_ptr<PickleArena>> alive;
  const auto next = [&] {
    auto result = read_pickle(rest, shown);
    rest = rest.subspan(result.length);
    alive.push_back(std::move(result.arena));
    return result.value;
  };
  const auto* magic = next();
  const auto* mark = std::get_if<std::string>(&magic->data);
  GALLOP_CHECK(mark != nullptr && *mark == kStreamMagic, FormatError, "{}: does not begin with torch's mark; this is no torch checkpoint",
               shown);
  next();  // protocol version
  next();  // byte order and sizes of the writing machine
  const auto* root = next();
  const auto* keys = next();
  // Element sizes are only known from the tensors that use a storage: collect them before looking at the bytes.
  std::map<std::string, std::size_t> element_sizes;
  (void)flatten(
      *root,
      [&](const TensorSpec& spec) {
        element_sizes.emplace(spec.storage, c10::elementSize(spec.dtype));
        return at::Tensor();
      },
      shown);
  const auto storages = stream_storages(rest, *keys, element_sizes, shown);
  return flatten(
      *root,
      [&](const TensorSpec& spec) {
        const auto found = storages.find(spec.storage);
        GALLOP_CHECK(found != storages.end(), FormatError, "{}: storage {} is missing; it was cut short: copy it again", shown,
                     base::quote(spec.storage));
        return tensor_over(found->second, file, spec, shown);
      },
      shown);
}

}  // namespace gallop::weights
