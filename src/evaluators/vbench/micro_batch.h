// Runs a network on frames in batches of one fixed size, the last one padded, so that a frame's result never depends on
// how many others the clip has.
#pragma once

#include <functional>
#include <vector>

#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

class MicroBatch {
 public:
  using Network = std::function<at::Tensor(const at::Tensor& inputs)>;  // [size, ...] -> [size, D]
  using Consume = std::function<void(const at::Tensor& row)>;           // [1, D], in the order of push
  MicroBatch(std::int64_t size, Network network, Consume consume) : size_(size), network_(std::move(network)), consume_(std::move(consume)) {}

  // [1, ...]; a frame of another shape starts a new batch.
  void push(at::Tensor input);
  void finish();

 private:
  std::int64_t size_;
  Network network_;
  Consume consume_;
  std::vector<at::Tensor> waiting_;
};

}  // namespace gallop::evaluators::vbench
