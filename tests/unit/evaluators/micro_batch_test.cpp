#include <doctest/doctest.h>

#include "evaluators/vbench/micro_batch.h"
#include "gallop/error.h"
#include "models/clip/image_tower.h"
#include "support/golden.h"

using namespace gallop;
using evaluators::vbench::MicroBatch;

namespace {

at::Tensor number(double value) { return at::full({1, 1}, value, at::kFloat); }

std::vector<float> values(const std::vector<at::Tensor>& rows) {
  std::vector<float> all;
  for (const auto& row : rows) all.push_back(row.item<float>());
  return all;
}

}  // namespace

TEST_CASE("micro batches: one size always, clips share them, results in order and nothing of the padding") {
  std::vector<std::int64_t> sizes;
  MicroBatch batch(4, [&](const at::Tensor& inputs) {
    sizes.push_back(inputs.size(0));
    return inputs * 2;
  });
  MicroBatch::Lane first(batch), second(batch);
  for (int i = 0; i < 6; ++i) first.push(number(i));
  CHECK(first.waiting());
  for (int i = 10; i < 13; ++i) second.push(number(i));
  CHECK_FALSE(first.waiting());  // the second clip filled its batch
  CHECK(second.waiting());
  CHECK(values(second.finish()) == std::vector<float>{20, 22, 24});
  CHECK(values(first.finish()) == std::vector<float>{0, 2, 4, 6, 8, 10});
  CHECK(sizes == std::vector<std::int64_t>{4, 4, 4});
}

TEST_CASE("micro batches: sizes do not mix, lanes that are gone are passed over") {
  int runs = 0;
  MicroBatch batch(2, [&](const at::Tensor& inputs) {
    ++runs;
    return inputs.flatten(1).sum(1, true);
  });
  MicroBatch::Lane wide(batch), narrow(batch);
  wide.push(at::ones({1, 3}));
  narrow.push(at::ones({1, 2}));
  CHECK(runs == 0);
  {
    MicroBatch::Lane lost(batch);
    lost.push(at::full({1, 4}, 7.0));
  }
  MicroBatch::Lane next(batch);
  next.push(at::ones({1, 4}));
  CHECK(runs == 0);  // the lost frame does not fill a batch
  CHECK(values(next.finish()) == std::vector<float>{4});
  CHECK(values(wide.finish()) == std::vector<float>{3});
  CHECK(values(narrow.finish()) == std::vector<float>{2});
}

TEST_CASE("micro batches: a failure of the network reaches every clip of the batch") {
  MicroBatch batch(2, [](const at::Tensor&) -> at::Tensor { throw OutOfMemory("no room"); });
  MicroBatch::Lane a(batch), b(batch);
  a.push(number(1));
  CHECK_THROWS_AS(b.push(number(2)), OutOfMemory);
  CHECK_THROWS_AS(a.finish(), OutOfMemory);
}

TEST_CASE("micro batches: a frame's features are the same bits at every place and in any company") {
  const c10::InferenceMode guard;
  const auto tower = models::clip::ImageTower::load({.image = 64, .patch = 16, .width = 128, .depth = 2, .heads = 2, .output = 32},
                                                    test::golden_params("visual."));
  const auto frame = test::uniform("frame", {1, 3, 64, 64}).to(at::kFloat);
  at::Tensor reference;
  for (std::int64_t place = 0; place < 5; ++place) {
    auto company = test::uniform("others" + std::to_string(place), {5, 3, 64, 64}).to(at::kFloat);
    company.slice(0, place, place + 1).copy_(frame);
    const auto found = tower(company).slice(0, place, place + 1).clone();
    if (!reference.defined()) reference = found;
    CHECK(found.equal(reference));
  }
}
