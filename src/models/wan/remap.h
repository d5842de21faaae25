// Original tensor names to diffusers names (wan.md 1.9, 1.10).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weights/tensor_map.h"

namespace gallop::models::wan {

// "blocks.0.self_attn.q.weight" -> "blocks.0.attn1.to_q.weight". Also takes module names without their last part (adapters).
// Nothing when the name is not one of the original transformer's.
std::optional<std::string> transformer_name(std::string_view original);
// "decoder.upsamples.3.resample.1.weight" -> "decoder.up_blocks.0.upsamplers.0.resample.1.weight"; residual: the 2.2 form.
std::optional<std::string> vae_name(std::string_view original, bool residual);

enum class Naming { diffusers, original };
// How a transformer's or VAE's tensors are named, by the names that only one of them has.
Naming naming_of_transformer(const weights::TensorMap& tensors);
Naming naming_of_vae(const weights::TensorMap& tensors);

// Renamed to diffusers names, whatever prefix or naming the file has ("model.diffusion_model." and others are dropped); names
// that are no known original are kept, so that a strict hand-out reports them.
weights::TensorMap transformer_tensors(weights::TensorMap tensors);
weights::TensorMap vae_tensors(weights::TensorMap tensors);

}  // namespace gallop::models::wan
