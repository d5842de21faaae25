// Where the tensors of a module come from: names below a prefix, checked shapes, no knowledge of files.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tensor/aten.h"

namespace gallop::nn {

// A module asks for its tensors by the names of the official checkpoint. `Find` returns the tensor called `name`, which
// must have exactly `shape`, or throws ModelError; it also notes that the name was used.
class Params {
 public:
  using Find = std::function<at::Tensor(const std::string& name, at::IntArrayRef shape)>;
  explicit Params(Find find, std::string prefix = {}) : find_(std::move(find)), prefix_(std::move(prefix)) {}

  // The parameters of a child: names are joined with a dot.
  Params operator/(std::string_view child) const { return Params(find_, prefix_ + std::string(child) + "."); }
  Params operator/(std::int64_t index) const { return *this / std::to_string(index); }
  at::Tensor operator()(std::string_view name, at::IntArrayRef shape) const { return find_(prefix_ + std::string(name), shape); }

 private:
  Find find_;
  std::string prefix_;
};

}  // namespace gallop::nn
