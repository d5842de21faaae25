#include "evaluators/ocr/shapes.h"

#include <algorithm>
#include <numeric>

namespace gallop::evaluators::ocr {
namespace {

// Sets that grow together; a set is named by its smallest member.
class Sets {
 public:
  std::size_t add() {
    parents_.push_back(parents_.size());
    return parents_.size() - 1;
  }
  std::size_t find(std::size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parents_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parents_;
};

std::vector<Run> runs_of(const at::Tensor& mask) {
  const auto rows = mask.size(0), columns = mask.size(1);
  const auto* cells = mask.const_data_ptr<std::uint8_t>();
  std::vector<Run> runs;
  for (std::int64_t row = 0; row < rows; ++row, cells += columns)
    for (std::int64_t i = 0; i < columns;) {
      if (cells[i] == 0) {
        ++i;
        continue;
      }
      const auto begin = i;
      while (i < columns && cells[i] != 0) ++i;
      runs.push_back({row, begin, i});
    }
  return runs;
}

}  // namespace

Box Box::joined(const Box& other) const {
  return {std::min(left, other.left), std::min(top, other.top), std::max(right, other.right), std::max(bottom, other.bottom)};
}

std::vector<Shape> shapes_of(const at::Tensor& mask) {
  const auto runs = runs_of(mask.contiguous());
  Sets sets;
  // `above` walks the runs of the row before beside those of the row.
  for (std::size_t i = 0, above = 0; i < runs.size(); ++i) {
    sets.add();
    while (above < i && runs[above].row + 1 < runs[i].row) ++above;
    while (above < i && runs[above].row + 1 == runs[i].row && runs[above].end < runs[i].begin) ++above;
    for (auto j = above; j < i && runs[j].row + 1 == runs[i].row && runs[j].begin <= runs[i].end; ++j) sets.join(i, j);
  }
  std::vector<Shape> shapes;
  std::vector<std::size_t> places(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto root = sets.find(i);
    const auto& run = runs[i];
    const Box box{run.begin, run.row, run.end, run.row + 1};
    if (root == i) {
      places[i] = shapes.size();
      shapes.push_back({.box = box, .area = 0, .runs = {}});
    }
    auto& shape = shapes[places[root]];
    shape.box = shape.box.joined(box);
    shape.area += run.end - run.begin;
    shape.runs.push_back(run);
  }
  return shapes;
}

}  // namespace gallop::evaluators::ocr
