#include <algorithm>
#include <fstream>

#include "base/check.h"
#include "base/files.h"
#include "base/json.h"
#include "base/names.h"
#include "weights/safetensors.h"
#include "weights/safetensors_dtype.h"

namespace gallop::weights {
namespace {

using Named = TensorMap::value_type;

// Wide elements first, then by name: every tensor is aligned to its element type.
std::vector<const Named*> writing_order(const TensorMap& tensors) {
  std::vector<const Named*> order;
  for (const auto& named : tensors) order.push_back(&named);
  std::stable_sort(order.begin(), order.end(),
                   [](const Named* a, const Named* b) { return a->second.element_size() > b->second.element_size(); });
  return order;
}

std::string header_of(const std::filesystem::path& file, const std::vector<const Named*>& order,
                      const std::map<std::string, std::string>& metadata) {
  auto header = base::OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const auto* named : order) {
    const auto& [name, tensor] = *named;
    const auto dtype = safetensors_name(tensor.scalar_type());
    GALLOP_CHECK(dtype.has_value() && name != "__metadata__", InvalidArgument, "{}: tensor {} has a type or name safetensors cannot hold",
                 base::quote(file), base::quote(name));
    const auto bytes = static_cast<std::uint64_t>(tensor.numel()) * tensor.element_size();
    header[name] = {{"dtype", *dtype}, {"shape", tensor.sizes().vec()}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  try {
    auto text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // tensors begin on a multiple of eight
    return text;
  } catch (const base::Json::exception&) {
    throw InvalidArgument(fmt::format("{}: a tensor name or remark is not UTF-8, which safetensors requires", base::quote(file)));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors, const std::map<std::string, std::string>& metadata) {
  const auto order = writing_order(tensors);
  const auto header = header_of(file, order, metadata);
  base::write_atomic(file, [&](const std::filesystem::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    const auto length = static_cast<std::uint64_t>(header.size());
    out.write(reinterpret_cast<const char*>(&length), 8);
    out.write(header.data(), static_cast<std::streamsize>(header.size()));
    for (const auto* named : order) {
      const auto plain = named->second.cpu().contiguous();
      out.write(static_cast<const char*>(plain.const_data_ptr()), static_cast<std::streamsize>(plain.nbytes()));
    }
    out.flush();
    GALLOP_CHECK(out.good(), IoError, "{}: writing failed; free space or choose another folder", base::quote(file));
  });
}

}  // namespace gallop::weights
