// A complete tiny checkpoint of the joint audio-video class, in the published layout.
#pragma once

#include <filesystem>

namespace gallop::test {

// base, distill, 540p_sr (sharded, with an index), 1080p_sr, turbo_vae, vae, audio_vae, text_encoder with the tokenizer of
// tests/data/byte_pairs. About 3 MB; the same bytes every time.
void write_tiny_single_stream(const std::filesystem::path& folder);

}  // namespace gallop::test
