#include "evaluators/vbench/micro_batch.h"

#include <algorithm>

namespace gallop::evaluators::vbench {

void MicroBatch::Lane::push(at::Tensor input) {
  batch_.push(state_, std::move(input));
  if (state_->failure) std::rethrow_exception(state_->failure);
}

std::vector<at::Tensor> MicroBatch::Lane::finish() {
  batch_.flush(state_);
  if (state_->failure) std::rethrow_exception(state_->failure);
  return std::move(state_->rows);
}

void MicroBatch::push(const std::shared_ptr<Lane::State>& lane, at::Tensor input) {
  auto& items = waiting_[input.sizes().vec()];
  std::erase_if(items, [](const Item& item) { return item.lane.expired(); });
  items.push_back({lane, lane->rows.size(), input.to(device_)});
  lane->rows.emplace_back();
  ++lane->missing;
  if (static_cast<std::int64_t>(items.size()) == size_) run(std::exchange(items, {}));
}

void MicroBatch::flush(const std::shared_ptr<Lane::State>& lane) {
  for (auto& [shape, items] : waiting_)
    if (std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.lane.lock() == lane; })) run(std::exchange(items, {}));
}

void MicroBatch::run(std::vector<Item> items) {
  std::vector<at::Tensor> inputs;
  for (auto& item : items) inputs.push_back(std::move(item.input));
  if (static_cast<std::int64_t>(inputs.size()) < size_) inputs.resize(static_cast<std::size_t>(size_), at::zeros_like(inputs.front()));
  at::Tensor outputs;
  std::exception_ptr failure;
  try {
    outputs = network_(at::cat(inputs));
  } catch (...) {
    failure = std::current_exception();  // told to every clip that has a frame in it
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto lane = items[i].lane.lock();
    if (lane == nullptr) continue;
    --lane->missing;
    if (failure)
      lane->failure = failure;
    else
      lane->rows[items[i].row] = outputs.slice(0, static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1).clone();
  }
}

}  // namespace gallop::evaluators::vbench
