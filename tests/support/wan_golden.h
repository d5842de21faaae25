// Recorded summaries of reference tensors against ours.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"
#include "support/deterministic.h"

namespace gallop::test {

// Largest difference between a tensor and its recorded summary; infinity when the shapes differ. Values and means are
// compared as they are.
double distance(const at::Tensor& tensor, const base::Json& recorded);
// data/golden/wan/<name>, parsed; nothing (and a loud line) when the shared data is absent.
std::optional<base::Json> wan_golden(const std::string& name);

}  // namespace gallop::test
