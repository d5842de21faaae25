// Strict hand-out of a checkpoint's tensors to a model: every name must be there, fit, and be used.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weights/tensor_map.h"

namespace gallop::weights {

// What a tensor is converted to when it is handed out.
enum class DTypePolicy {
  model,    // the WeightMap's dtype when both are floating point
  float32,  // always float32: norms, tables and scales that lose too much in 16 bits
  stored,   // as in the file: index tables, or weights the model unpacks itself
};

// Used by one thread while a model loads. Collects every misfit and reports them together in finish().
class WeightMap {
 public:
  // source names the checkpoint in messages; dtype: converted to this on hand-out (undefined: as stored).
  WeightMap(TensorMap tensors, std::string source, std::optional<at::ScalarType> dtype = std::nullopt);
  // A map that holds everything a model asks for, as tensors without memory (device meta): requested() then lists the
  // model's own names and shapes.
  static WeightMap recording();

  // The tensor `name`, which must have `shape`; a side of -1 takes any length. Large tensors that need no
  // conversion still view the file and are read-only. A misfit is remembered and an empty tensor of the right shape returned, so that
  // all misfits are found in one go.
  at::Tensor take(const std::string& name, at::IntArrayRef shape, DTypePolicy policy = DTypePolicy::model);
  // Nothing when absent; a misfit as above.
  std::optional<at::Tensor> take_optional(const std::string& name, at::IntArrayRef shape, DTypePolicy policy = DTypePolicy::model);
  bool has(const std::string& name) const { return tensors_.contains(name); }
  std::vector<std::int64_t> shape_of(const std::string& name) const;  // empty when absent
  // Leaves out names that carry nothing a model needs (buffers of counters, resolutions).
  void ignore(const std::string& name);
  void ignore_prefix(std::string_view prefix);  // a part of the file that belongs to another model
  // Drops a prefix all names share, such as "module.".
  void strip_prefix(std::string_view prefix);
  // Drops a prefix and every name without it: the model's part of a larger file. ModelError when no name has it.
  void keep_prefix(std::string_view prefix);

  const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& requested() const { return requested_; }
  // ModelError listing missing, mis-shaped and unexpected tensors (the first of each kind, and how many), with the
  // likely cause: `hint` when given, else what the names suggest.
  void finish(const std::string& hint = {});

 private:
  at::Tensor stand_in(at::IntArrayRef shape) const;
  std::string likely_cause() const;

  TensorMap tensors_;
  std::string source_;
  std::optional<at::ScalarType> dtype_;
  bool recording_ = false, meta_ = false;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> requested_;
  std::vector<std::string> missing_, misfits_;
};

// Tensors without memory from names and shapes: checks a model's key table against a list instead of a file.
TensorMap meta_tensors(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& entries);

}  // namespace gallop::weights
