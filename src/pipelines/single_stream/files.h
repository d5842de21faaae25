// Where the parts of a single-stream audio-video model lie: the published folder with its companions beside it
// (single_stream.md 2.20).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace gallop::pipelines::single_stream {

// Checkpoints and configs; empty: absent.
struct SingleStreamFiles {
  std::filesystem::path folder;
  std::filesystem::path base, distilled;          // the two forms of the first stage
  std::filesystem::path refine_540, refine_1080;  // super-resolution
  std::filesystem::path turbo, turbo_config;      // the small video decoder
  std::filesystem::path vae;                      // Wan 2.2: starting pictures, and decoding without the small decoder
  std::filesystem::path text_encoder, text_config, tokenizer;
  std::filesystem::path audio_vae, audio_config;
  std::filesystem::path negative_prompt;  // negative_prompt.txt: the published text, which is not part of this library
};

// Nothing when the folder holds no model of this class. ModelError naming the part that is missing; FormatError, Unsupported
// (compressed shards).
std::optional<SingleStreamFiles> find_files(const std::filesystem::path& folder);

}  // namespace gallop::pipelines::single_stream
