// Strict hand-out of a checkpoint's tensors to a model: every name must be there, fit, and be used.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weights/tensor_map.h"

namespace gallop::weights {

// Used by one thread while a model loads. Collects every misfit and reports them together in finish().
class WeightMap {
 public:
  // source names the checkpoint in messages; dtype: converted to this on hand-out (undefined: as stored).
  WeightMap(TensorMap tensors, std::string source, std::optional<at::ScalarType> dtype = std::nullopt);

  // The tensor `name`, which must have `shape`. A misfit is remembered and an empty tensor of the right shape returned, so that
  // all misfits are found in one go.
  at::Tensor take(const std::string& name, at::IntArrayRef shape);
  bool has(const std::string& name) const { return tensors_.contains(name); }
  std::vector<std::int64_t> shape_of(const std::string& name) const;  // empty when absent
  // Leaves out names that carry nothing a model needs (buffers of counters, resolutions).
  void ignore(const std::string& name);
  // Drops a prefix all names share, such as "module.".
  void strip_prefix(std::string_view prefix);
  // ModelError listing missing, mis-shaped and unexpected tensors (the first of each kind, and how many), with `hint`.
  void finish(const std::string& hint = {});

 private:
  TensorMap tensors_;
  std::string source_;
  std::optional<at::ScalarType> dtype_;
  std::vector<std::string> missing_, misfits_;
};

}  // namespace gallop::weights
