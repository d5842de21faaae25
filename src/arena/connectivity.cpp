#include "arena/connectivity.h"

#include <algorithm>

#include "base/check.h"

namespace gallop::arena {
namespace {

using Edges = std::vector<std::vector<std::uint32_t>>;

// Marks what `start` reaches with `label` and appends it to `order` as it is finished.
void walk(const Edges& edges, std::uint32_t start, int label, std::vector<int>& labels, std::vector<std::uint32_t>& order) {
  std::vector<std::pair<std::uint32_t, std::size_t>> stack{{start, 0}};
  labels[start] = label;
  while (!stack.empty()) {
    auto& [node, next] = stack.back();
    if (next == edges[node].size()) {
      order.push_back(node);
      stack.pop_back();
      continue;
    }
    const auto to = edges[node][next++];
    if (labels[to] < 0) {
      labels[to] = label;
      stack.emplace_back(to, 0);
    }
  }
}

Components grouped(const std::vector<int>& labels, int count) {
  Components groups(static_cast<std::size_t>(count));
  for (std::uint32_t model = 0; model < labels.size(); ++model) groups[static_cast<std::size_t>(labels[model])].push_back(model);
  std::sort(groups.begin(), groups.end());
  return groups;
}

std::string listed(const Components& groups) {
  std::string text;
  for (std::size_t g = 0; g < groups.size() && g < 20; ++g) {
    text += g == 0 ? "{" : ", {";
    for (std::size_t k = 0; k < groups[g].size() && k < 20; ++k) text += fmt::format("{}{}", k == 0 ? "" : ", ", groups[g][k]);
    text += groups[g].size() > 20 ? fmt::format(", ... {} models}}", groups[g].size()) : "}";
  }
  if (groups.size() > 20) text += fmt::format(", ... {} components", groups.size());
  return text;
}

}  // namespace

Components components(const Board& board) {
  Edges edges(board.models);
  for (const auto& cell : board.cells) {
    edges[cell.i].push_back(cell.j);
    edges[cell.j].push_back(cell.i);
  }
  std::vector<int> labels(board.models, -1);
  std::vector<std::uint32_t> order;
  int count = 0;
  for (std::uint32_t model = 0; model < board.models; ++model)
    if (labels[model] < 0) walk(edges, model, count++, labels, order);
  return grouped(labels, count);
}

Components strong_components(const Board& board) {
  Edges forward(board.models), backward(board.models);
  const auto arrow = [&](std::uint32_t from, std::uint32_t to) {
    forward[from].push_back(to);
    backward[to].push_back(from);
  };
  for (const auto& cell : board.cells) {
    if (cell.o > 0) arrow(cell.i, cell.j);
    if (cell.o < 1) arrow(cell.j, cell.i);
  }
  std::vector<int> labels(board.models, -1);
  std::vector<std::uint32_t> order, ignored;
  for (std::uint32_t model = 0; model < board.models; ++model)
    if (labels[model] < 0) walk(forward, model, 0, labels, order);
  std::fill(labels.begin(), labels.end(), -1);
  int count = 0;
  for (auto at = order.rbegin(); at != order.rend(); ++at)
    if (labels[*at] < 0) walk(backward, *at, count++, labels, ignored);
  return grouped(labels, count);
}

void require_finite(const Board& board) {
  const auto strong = strong_components(board);
  if (strong.size() == 1) return;
  const auto any = components(board);
  GALLOP_CHECK(any.size() == 1, InvalidArgument,
               "votes: {} groups of models were never compared with each other: {}; rate each group by itself, collect votes between them, "
               "or set phantom (for example 0.1)",
               any.size(), listed(any));
  throw InvalidArgument(
      fmt::format("votes: no finite ratings exist: some models only ever won or only ever lost against the rest; components by wins: {}; "
                  "collect more votes or set phantom (for example 0.1)",
                  listed(strong)));
}

}  // namespace gallop::arena
