#include <string_view>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "weights/safetensors.h"
#include "weights/shards.h"
#include "weights/torch_file.h"
#include "weights/zip_archive.h"

namespace gallop::weights {
namespace {

// What a file that is no checkpoint looks like; empty when nothing is recognised.
std::string_view known_stranger(std::span<const std::byte> bytes) {
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 512));
  if (start.starts_with("GGUF")) return "a GGUF file";
  if (start.starts_with("\x89HDF")) return "an HDF5 file";
  if (start.starts_with("version https://git-lfs")) return "a Git LFS pointer, not the file itself";
  if (start.starts_with("<!DOCTYPE") || start.starts_with("<html")) return "a web page, probably of a failed download";
  if (start.size() >= 262 && start.substr(257, 5) == "ustar") return "a tar archive (torch before 0.4)";
  return {};
}

}  // namespace

TensorMap open_weights(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? checkpoint_in(path) : path;
  if (file.extension() == ".json") return open_index(file);
  const auto mapped = base::MappedFile::open(file);
  const auto bytes = mapped->bytes();
  const auto shown = base::quote(file);
  GALLOP_CHECK(!bytes.empty(), FormatError, "{}: is empty; download or copy it again", shown);
  if (ZipArchive::looks_like(bytes)) return open_torch_zip(mapped);
  // Before streams: the length of a safetensors header may begin with the byte that begins a pickle.
  const bool opens_like_safetensors = bytes.size() > 9 && bytes[8] == std::byte{'{'};
  if (opens_like_safetensors) return open_safetensors(file);
  if (looks_like_torch_stream(bytes)) return open_torch_stream(mapped);
  const auto stranger = known_stranger(bytes);
  GALLOP_CHECK(stranger.empty(), FormatError, "{}: is {}, expected a safetensors or torch checkpoint; get the weights in one of these",
               shown, stranger);
  if (file.extension() == ".safetensors") return open_safetensors(file);
  throw FormatError(
      fmt::format("{}: neither safetensors nor a torch checkpoint ({} bytes); is the download complete?", shown, bytes.size()));
}

}  // namespace gallop::weights
