// Deterministic weights and recorded values of the shared golden files (their README says how both are made).
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "nn/params.h"

namespace gallop::test {

// U(k, FNV-1a(name)) for k = 0..: float64 in [-1, 1).
at::Tensor uniform(const std::string& name, at::IntArrayRef shape);
// The value of the tensor `name` by the default rule, float32.
at::Tensor filled(const std::string& name, at::IntArrayRef shape);

// Changes the default value of some tensors; returns an undefined tensor for the others.
using Special = std::function<at::Tensor(const std::string& name, at::IntArrayRef shape)>;
// Weights for any module: `prefix` is put before the names it asks for when they are seeded.
nn::Params golden_params(const std::string& prefix = {}, Special special = nullptr);

// The recorded input of a case: seed name, shape and the affine map of its note, scale * (U + shift).
at::Tensor golden_input(const base::Json& input, double shift = 0.0, double scale = 1.0);
// Largest error relative to the tensor's mean magnitude, over the recorded first and last values and both means. Prints
// what differs; a shape that differs is infinitely wrong.
double difference(const at::Tensor& found, const base::Json& recorded);
const base::Json& named_case(const base::Json& file, const std::string& name);

}  // namespace gallop::test
