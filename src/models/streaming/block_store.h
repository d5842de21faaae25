// Where the blocks of a large model live: all in memory, or two at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace gallop::models {

// Hands out the blocks one after another. Used by one thread at a time.
template <class Block>
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  virtual const Block& block(std::int64_t index) = 0;  // valid until the next call
};

template <class Block>
class ResidentBlockSource final : public BlockSource<Block> {
 public:
  explicit ResidentBlockSource(std::vector<Block> blocks) : blocks_(std::move(blocks)) {}
  const Block& block(std::int64_t index) override { return blocks_[static_cast<std::size_t>(index)]; }

 private:
  std::vector<Block> blocks_;
};

// Fetches the next block on a thread of its own while the current one computes; wraps around for the next forward. The bits
// are those of resident blocks: `fetch` is the same function that would have placed them all.
template <class Block>
class StreamedBlockSource final : public BlockSource<Block> {
 public:
  StreamedBlockSource(std::int64_t count, std::function<Block(std::int64_t)> fetch) : count_(count), fetch_(std::move(fetch)) {}

  const Block& block(std::int64_t index) override {
    current_ = {};  // freed before the next one is taken
    current_ = pending_.valid() && pending_index_ == index ? pending_.get() : fetch_(index);
    pending_index_ = (index + 1) % count_;
    pending_ = std::async(std::launch::async, [this, next = pending_index_] { return fetch_(next); });
    return current_;
  }

 private:
  std::int64_t count_;
  std::function<Block(std::int64_t)> fetch_;
  Block current_ = {};
  std::int64_t pending_index_ = -1;
  std::future<Block> pending_;  // last: its thread ends before the members it reads
};

}  // namespace gallop::models
