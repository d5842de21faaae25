#include "pipelines/single_stream/files.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/check.h"
#include "base/names.h"
#include "weights/shards.h"

namespace gallop::pipelines::single_stream {
namespace {

namespace fs = std::filesystem;

// The first of the names that is there.
fs::path first_of(const fs::path& folder, std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (fs::exists(folder / name)) return folder / name;
  return {};
}

bool holds(const fs::path& folder, const char* ending) {
  if (!fs::is_directory(folder)) return false;
  return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [&](const auto& entry) { return entry.path().filename().string().ends_with(ending); });
}

fs::path file_ending(const fs::path& folder, const char* ending) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  GALLOP_CHECK(!found.empty(), ModelError, "{}: has no file that ends with {}; the copy may be incomplete", base::quote(folder), ending);
  return *std::min_element(found.begin(), found.end());
}

// The checkpoint of one transformer; empty when the folder is absent.
fs::path transformer_in(const fs::path& folder) {
  if (!fs::is_directory(folder)) return {};
  GALLOP_CHECK(!holds(folder, ".safetensors.zst"), Unsupported, "{}: holds compressed shards; unpack them with zstd -d",
               base::quote(folder));
  return weights::checkpoint_in(folder);
}

// A companion is a folder, found under its plain name or that of its publisher.
fs::path companion(const fs::path& folder, std::initializer_list<const char*> names, const char* what) {
  const auto found = first_of(folder, names);
  GALLOP_CHECK(!found.empty(), ModelError, "{}: the {} is missing; put it into the folder {}", base::quote(folder), what,
               base::quote(folder / *names.begin()));
  return found;
}

fs::path required(const fs::path& file, const char* what) {
  GALLOP_CHECK(fs::exists(file), ModelError, "{}: {} is missing", base::quote(file), what);
  return file;
}

fs::path single_or_named(const fs::path& folder, const char* name) {
  return fs::exists(folder / name) ? folder / name : weights::checkpoint_in(folder);
}

}  // namespace

std::optional<SingleStreamFiles> find_files(const fs::path& folder) {
  const auto is_stage = [&](const char* name) {
    return holds(folder / name, ".safetensors") || holds(folder / name, ".safetensors.index.json") ||
           holds(folder / name, ".safetensors.zst");
  };
  if (!is_stage("base") && !is_stage("distill")) return std::nullopt;
  SingleStreamFiles files;
  files.folder = folder;
  files.base = transformer_in(folder / "base");
  files.distilled = transformer_in(folder / "distill");
  files.refine_540 = transformer_in(folder / "540p_sr");
  files.refine_1080 = transformer_in(folder / "1080p_sr");
  if (const auto turbo = first_of(folder, {"turbo_vae"}); !turbo.empty()) {
    files.turbo_config = file_ending(turbo, ".json");
    files.turbo = file_ending(turbo, holds(turbo, ".safetensors") ? ".safetensors" : ".ckpt");
  }
  if (const auto vae = first_of(folder, {"vae", "Wan2.2-TI2V-5B", "Wan2.2_VAE.pth"}); !vae.empty())
    files.vae = fs::is_directory(vae) ? single_or_named(vae, "Wan2.2_VAE.pth") : vae;
  GALLOP_CHECK(!files.turbo.empty() || !files.vae.empty(), ModelError,
               "{}: there is no video decoder; add the folder turbo_vae, or vae with Wan2.2_VAE.pth", base::quote(folder));
  const auto text = companion(folder, {"text_encoder", "t5gemma-9b-9b-ul2"}, "text encoder (T5Gemma)");
  files.text_encoder = single_or_named(text, "model.safetensors.index.json");
  files.text_config = required(text / "config.json", "the text encoder's config");
  files.tokenizer =
      required(fs::exists(folder / "tokenizer" / "tokenizer.json") ? folder / "tokenizer" / "tokenizer.json" : text / "tokenizer.json",
               "the text encoder's tokenizer.json");
  const auto audio = companion(folder, {"audio_vae", "stable-audio-open-1.0"}, "audio VAE (Stable Audio)");
  files.audio_vae = single_or_named(audio, "model.safetensors");
  files.audio_config = required(audio / "model_config.json", "the audio VAE's model_config.json");
  files.negative_prompt = first_of(folder, {"negative_prompt.txt"});
  return files;
}

}  // namespace gallop::pipelines::single_stream
