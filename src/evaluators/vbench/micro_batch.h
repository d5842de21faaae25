// Runs a network on frames in batches of one fixed size, filled from several clips and padded when no more come, so that a
// frame's result never depends on how many others the clip has, nor on the clips beside it.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

// Owned by an evaluator, fed by the judges of its clips. Used by one thread.
class MicroBatch {
 public:
  using Network = std::function<at::Tensor(const at::Tensor& inputs)>;  // [size, ...] -> [size, D]
  // `device`: where the network runs, and where frames should go before they are transformed.
  MicroBatch(std::int64_t size, Network network, at::Device device = at::kCPU)
      : size_(size), network_(std::move(network)), device_(device) {}

  // The frames of one clip: what goes in and, in the same order, what comes out.
  class Lane {
   public:
    explicit Lane(MicroBatch& batch) : batch_(batch), state_(std::make_shared<State>()) {}
    at::Device device() const { return batch_.device_; }
    // [1, ...]. Runs the network when a batch is full. Throws what the network threw on a batch with a frame of this clip.
    void push(at::Tensor input);
    // Whether rows are missing that frames of other clips may yet bring along.
    bool waiting() const { return state_->missing > 0; }
    // Every row, [1, D], in the order of push; runs padded batches for those still missing.
    std::vector<at::Tensor> finish();

   private:
    friend class MicroBatch;
    struct State {
      std::vector<at::Tensor> rows;
      std::size_t missing = 0;
      std::exception_ptr failure = nullptr;
    };
    MicroBatch& batch_;
    std::shared_ptr<State> state_;
  };

 private:
  struct Item {
    std::weak_ptr<Lane::State> lane;  // gone when the judge of the clip is
    std::size_t row;
    at::Tensor input;
  };
  using Shape = std::vector<std::int64_t>;
  void push(const std::shared_ptr<Lane::State>& lane, at::Tensor input);
  void flush(const std::shared_ptr<Lane::State>& lane);
  void run(std::vector<Item> items);

  std::int64_t size_;
  Network network_;
  at::Device device_;
  std::map<Shape, std::vector<Item>> waiting_;
};

}  // namespace gallop::evaluators::vbench
