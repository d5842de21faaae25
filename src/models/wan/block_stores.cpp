// Where the blocks of a transformer live: all in memory, or two at a time.
#include <future>

#include "models/wan/transformer.h"
#include "tensor/mapped_pages.h"

namespace gallop::models::wan {
namespace {

// The stored weights are not read again: their pages need not stay in memory beside the smaller ones.
void forget(const WanBlock& stored, std::int64_t index, const WanConfig& config) {
  auto block = stored;
  visit(block, index, config, [](const TensorSlot&, at::Tensor& value) { tensor::drop_mapped_pages(value); });
}

WanBlock placed(const WanBlock& block, std::int64_t index, const WanConfig& config, at::ScalarType dtype, at::Device device,
                const Place& place, Held held) {
  const c10::InferenceMode guard;
  WanBlock copy = block;
  visit(copy, index, config, [&](const TensorSlot& slot, at::Tensor& value) {
    value = place(slot.name, value, slot.keeps_float32 ? at::kFloat : dtype, device);
  });
  if (held == Held::int8)
    for (auto* layer : {&copy.self.q, &copy.self.k, &copy.self.v, &copy.self.out, &copy.cross.q, &copy.cross.k, &copy.cross.v,
                        &copy.cross.out, &copy.cross.image_k, &copy.cross.image_v, &copy.ffn_in, &copy.ffn_out})
      if (layer->weight.defined()) *layer = layer->in_8_bits();
  if (held == Held::int8) forget(block, index, config);
  return copy;
}

WanGlobals placed(const WanGlobals& globals, const WanConfig& config, at::ScalarType dtype, at::Device device, const Place& place) {
  const c10::InferenceMode guard;
  WanGlobals copy = globals;
  visit(copy, config, [&](const TensorSlot& slot, at::Tensor& value) {
    value = place(slot.name, value, slot.keeps_float32 ? at::kFloat : dtype, device);
  });
  return copy;
}

class ResidentBlocks : public BlockStore {
 public:
  explicit ResidentBlocks(std::vector<WanBlock> blocks) : blocks_(std::move(blocks)) {}
  const WanBlock& block(std::int64_t index) override { return blocks_[static_cast<std::size_t>(index)]; }

 private:
  std::vector<WanBlock> blocks_;
};

// Fetches the next block on a thread of its own while the current one computes; wraps around for the next forward.
class StreamedBlocks : public BlockStore {
 public:
  StreamedBlocks(WanConfig config, std::vector<WanBlock> stored, at::ScalarType dtype, at::Device device, Place place, Held held)
      : config_(std::move(config)), stored_(std::move(stored)), dtype_(dtype), device_(device), place_(std::move(place)), held_(held) {}

  const WanBlock& block(std::int64_t index) override {
    current_ = {};  // frees the block before the next one is taken
    current_ = pending_.valid() && pending_index_ == index ? pending_.get() : fetch(index);
    pending_index_ = (index + 1) % config_.layers;
    pending_ = std::async(std::launch::async, [this, next = pending_index_] { return fetch(next); });
    return current_;
  }

 private:
  WanBlock fetch(std::int64_t index) const {
    return placed(stored_[static_cast<std::size_t>(index)], index, config_, dtype_, device_, place_, held_);
  }

  WanConfig config_;
  std::vector<WanBlock> stored_;
  at::ScalarType dtype_;
  at::Device device_;
  Place place_;
  Held held_;
  WanBlock current_;
  std::int64_t pending_index_ = -1;
  std::future<WanBlock> pending_;  // last: its thread ends before the members it reads
};

}  // namespace

WanTransformer WanTransformer::resident(const WanConfig& config, const WanWeights& weights, at::ScalarType dtype, at::Device device,
                                        const Place& place, Held held) {
  std::vector<WanBlock> blocks;
  for (std::size_t i = 0; i < weights.blocks.size(); ++i)
    blocks.push_back(placed(weights.blocks[i], static_cast<std::int64_t>(i), config, dtype, device, place, held));
  return WanTransformer(config, placed(weights.globals, config, dtype, device, place), std::make_unique<ResidentBlocks>(std::move(blocks)));
}

WanTransformer WanTransformer::streamed(const WanConfig& config, const WanWeights& weights, at::ScalarType dtype, at::Device device,
                                        const Place& place, Held held) {
  return WanTransformer(config, placed(weights.globals, config, dtype, device, place),
                        std::make_unique<StreamedBlocks>(config, weights.blocks, dtype, device, place, held));
}

}  // namespace gallop::models::wan
