// What a forward costs, from the shapes alone (single_stream.md 4.1, 4.3).
#pragma once

#include <cstdint>

#include "models/single_stream/sequence.h"

namespace gallop::models::single_stream {

struct ForwardCost {
  double linear = 0.0, attention = 0.0;  // floating-point operations, two a multiply-add
  double total() const { return linear + attention; }
};
// Embedders and heads included; the text rows that the last layer leaves out are counted out.
ForwardCost forward_cost(const JointConfig& config, const Layout& layout);
// Query-key pairs of one layer.
std::int64_t attention_pairs(const Layout& layout, std::int64_t window, std::int64_t queries);

// Bytes of the weights in a compute type of `bytes_each` (norms, embedders and heads stay float32).
std::uint64_t weight_bytes(const JointConfig& config, std::uint64_t bytes_each);
std::uint64_t block_bytes(const JointConfig& config, std::int64_t layer, std::uint64_t bytes_each);
std::int64_t parameters(const JointConfig& config);  // the rotary frequencies included, as checkpoints count
// The largest working set of a forward besides the weights: residual, rotation tables, queries, keys and values, attention
// output, and the widest pieces of `chunk_rows` rows.
std::uint64_t activation_bytes(const JointConfig& config, const Layout& layout, std::uint64_t bytes_each, std::int64_t chunk_rows);

}  // namespace gallop::models::single_stream
