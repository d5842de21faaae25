// Tiny models of the joint audio-video class with the weights of single_stream.md 5.2.
#pragma once

#include "models/single_stream/transformer.h"

namespace gallop::test {

// Six layers of width 256; `local`: layers 0, 2 and 5 see one latent frame to either side.
models::single_stream::JointConfig tiny_joint_config(bool local = false);
// Every tensor, the rotary frequencies included.
weights::TensorMap tiny_joint(const models::single_stream::JointConfig& config);
models::single_stream::JointWeights tiny_joint_weights(const models::single_stream::JointConfig& config);
models::single_stream::JointTransformer make_joint(const models::single_stream::JointConfig& config, at::ScalarType dtype = at::kFloat);
// The recorded input: latents [48, 5, 4, 6], audio [17, 64], text [11, 96].
models::single_stream::JointInput tiny_joint_input();

}  // namespace gallop::test
