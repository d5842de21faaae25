// Attention on the processor's tile units, where it has them; elsewhere the same checks hold of the library's.
#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "nn/attention.h"
#include "support/golden.h"

namespace gallop {
namespace {

// Queries, keys and values as a projection leaves them: views of one tensor [B, N, 3, heads, width].
std::array<at::Tensor, 3> operands(std::int64_t batch, std::int64_t tokens, std::int64_t heads, std::int64_t width, double size = 2.0) {
  const auto all = (test::uniform("tokens", {batch, tokens, 3, heads, width}) * size).to(at::kFloat).permute({2, 0, 3, 1, 4});
  return {all[0], all[1], all[2]};
}

at::Tensor exact(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const auto scores = q.to(at::kDouble).matmul(k.to(at::kDouble).transpose(2, 3)) / std::sqrt(static_cast<double>(q.size(3)));
  return scores.softmax(3).matmul(v.to(at::kDouble)).transpose(1, 2).flatten(2);
}

TEST_CASE("attention: near the exact result for few and many keys, flat and sharp") {
  for (const auto& [tokens, width] : {std::array<std::int64_t, 2>{17, 64}, {50, 32}, {257, 64}, {530, 128}, {1031, 64}})
    for (const double size : {0.1, 2.0, 12.0}) {
      const auto [q, k, v] = operands(2, tokens, 3, width, size);
      const auto y = nn::attend(q, k, v), expected = exact(q, k, v);
      CHECK(y.sizes() == expected.sizes());
      CHECK((y - expected).abs().max().item<double>() < 4e-5 * size * std::max(1.0, size * size));
    }
}

TEST_CASE("attention: more keys than queries, and few queries") {
  const auto [q, k, v] = operands(1, 300, 2, 64);
  for (const std::int64_t queries : {1, 20, 160}) {
    const auto some = q.slice(2, 0, queries);
    CHECK((nn::attend(some, k, v) - exact(some, k, v)).abs().max().item<double>() < 2e-4);
  }
}

TEST_CASE("attention: a row's bits do not depend on its company or the threads") {
  const auto [q, k, v] = operands(3, 200, 4, 64);
  const auto all = nn::attend(q, k, v);
  const auto one = [](const at::Tensor& x) { return x.slice(0, 1, 2); };
  CHECK(nn::attend(one(q), one(k), one(v)).equal(one(all)));
  CHECK(nn::attend(q.slice(2, 40, 90), k, v).equal(all.slice(1, 40, 90)));
  const auto before = at::get_num_threads();
  at::set_num_threads(1);
  CHECK(nn::attend(q, k, v).equal(all));
  at::set_num_threads(before);
}

TEST_CASE("attention: a value that is not a number shows") {
  const auto [q, k, v] = operands(1, 64, 1, 64);
  auto broken = k.clone();
  broken[0][0][40][3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(nn::attend(q, broken, v).isnan().all().item<bool>());
}

TEST_CASE("attention: causal rows see what came before") {
  const auto [q, k, v] = operands(1, 33, 2, 32);
  const auto causal = nn::attend(q, k, v, true);
  CHECK((causal.slice(1, 0, 20) - nn::attend(q.slice(2, 0, 20), k.slice(2, 0, 20), v.slice(2, 0, 20), true)).abs().max().item<double>() <
        1e-5);
  CHECK((causal.slice(1, 32) - exact(q.slice(2, 32), k, v)).abs().max().item<double>() < 1e-5);
}

}  // namespace
}  // namespace gallop
