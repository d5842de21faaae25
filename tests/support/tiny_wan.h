// Tiny Wan models with deterministic weights, as the recorded values have them.
#pragma once

#include <string>

#include "models/wan/transformer.h"
#include "models/wan/vae.h"
#include "support/deterministic.h"

namespace gallop::test {

// "wan2.1-t2v", "wan2.1-i2v", "wan2.1-flf2v", "wan2.2-ti2v-5b", "wan2.2-t2v-a14b" or "wan2.2-i2v-a14b".
models::wan::WanConfig tiny_config(const std::string& model);
// Tensors by diffusers names; suffix "#2" for the second expert.
weights::TensorMap tiny_transformer(const models::wan::WanConfig& config, const std::string& suffix = {});
models::wan::WanTransformer make_transformer(const models::wan::WanConfig& config, const std::string& suffix = {},
                                             at::ScalarType dtype = at::kFloat);
// The VAE of a tiny model (2.2 for the TI2V one), or of another config with the same rule for its weights.
models::wan::WanVaeConfig tiny_vae_config(bool residual);
weights::TensorMap tiny_vae(const models::wan::WanVaeConfig& config);
models::wan::WanVae make_vae(const models::wan::WanVaeConfig& config);

}  // namespace gallop::test
