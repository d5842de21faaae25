#include "weights/shards.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/check.h"
#include "base/json.h"
#include "base/names.h"

namespace gallop::weights {
namespace {

// A plain name: an index from elsewhere must not reach out of its folder. What a link there points to is its owner's
// choice.
std::filesystem::path plain_name(const base::Json& value, const std::string& tensor, const std::string& shown) {
  GALLOP_CHECK(value.is_string(), FormatError, "{}: the file of tensor {} is not text", shown, base::quote(tensor));
  const auto& name = value.get_ref<const std::string&>();
  const std::filesystem::path path(name);
  GALLOP_CHECK(!name.empty() && name.find('\0') == std::string::npos && path == path.filename() && name != "." && name != ".." &&
                   !name.ends_with(".json"),
               FormatError, "{}: shard {} is not a plain file name beside the index; such a path is refused", shown, base::quote(name));
  return path;
}

std::vector<std::filesystem::path> files_ending(const std::filesystem::path& folder, std::initializer_list<std::string_view> endings) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.is_regular_file() && std::any_of(endings.begin(), endings.end(), [&](auto ending) { return name.ends_with(ending); }))
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TensorMap open_index(const std::filesystem::path& index) {
  const auto json = base::read_json(index);
  const auto shown = base::quote(index);
  GALLOP_CHECK(json.is_object() && json.contains("weight_map") && json["weight_map"].is_object(), FormatError,
               "{}: expected an object with weight_map; name the index of a sharded checkpoint or a weight file", shown);
  std::map<std::filesystem::path, TensorMap> shards;
  TensorMap tensors;
  for (const auto& [name, value] : json["weight_map"].items()) {
    const auto file = plain_name(value, name, shown);
    auto shard = shards.find(file);
    if (shard == shards.end()) shard = shards.emplace(file, open_weights(index.parent_path() / file)).first;
    auto found = shard->second.extract(name);
    GALLOP_CHECK(!found.empty(), FormatError, "{}: tensor {} is not in {}, where the index puts it; the files do not belong together",
                 shown, base::quote(name), base::quote(file));
    tensors.insert(std::move(found));
  }
  for (const auto& [file, rest] : shards)
    GALLOP_CHECK(rest.empty(), FormatError, "{}: {} holds tensor {}, which the index does not name there; the files do not belong together",
                 shown, base::quote(file), base::quote(rest.begin()->first));
  return tensors;
}

std::filesystem::path checkpoint_in(const std::filesystem::path& folder) {
  for (const auto& endings : {std::initializer_list<std::string_view>{".safetensors.index.json"},
                              {".safetensors"},
                              {".bin.index.json"},
                              {".pth", ".pt", ".bin"}}) {
    const auto found = files_ending(folder, endings);
    if (found.size() == 1) return found[0];
    std::vector<std::string> names;
    for (const auto& file : found) names.push_back(file.filename().string());
    GALLOP_CHECK(found.empty(), InvalidArgument, "{}: holds {} checkpoints ({}); name one of them", base::quote(folder), found.size(),
                 fmt::join(names, ", "));
  }
  throw NotFound(fmt::format("{}: no .safetensors, .pth, .pt or .bin file in this folder; check the path, or download the weights",
                             base::quote(folder)));
}

}  // namespace gallop::weights
