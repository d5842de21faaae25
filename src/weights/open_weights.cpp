#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "weights/safetensors.h"
#include "weights/torch_file.h"
#include "weights/zip_archive.h"

namespace gallop::weights {

TensorMap open_weights(const std::filesystem::path& file) {
  if (file.extension() == ".json") return open_safetensors_index(file);
  const auto mapped = base::MappedFile::open(file);
  const auto bytes = mapped->bytes();
  if (ZipArchive::looks_like(bytes)) return open_torch_zip(mapped);
  if (looks_like_torch_stream(bytes)) return open_torch_stream(mapped);
  if (file.extension() == ".safetensors" || (bytes.size() > 9 && bytes[8] == std::byte{'{'})) return open_safetensors(file);
  GALLOP_CHECK(bytes.size() < 4 || bytes[0] != std::byte{'G'} || bytes[1] != std::byte{'G'} || bytes[2] != std::byte{'U'}, Unsupported,
               "{}: GGUF files are not read; use the safetensors or .pth checkpoint", base::quote(file));
  throw FormatError(fmt::format("{}: neither safetensors nor a torch checkpoint ({} bytes); is the download complete?", base::quote(file), bytes.size()));
}

}  // namespace gallop::weights
