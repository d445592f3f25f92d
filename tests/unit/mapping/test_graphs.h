// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"

namespace memplace {

// Of small chips, slowest first.
inline constexpr MemoryId kDram{std::size_t{0}};
inline constexpr MemoryId kLlc{std::size_t{1}};

// step         0   1   2
//   x        4 xxx              fixed: the input
//   a.weights  3 wwwwwwwwwww
//   a.out      8 aaaaaaa
//   b.out      6     bbbbbbb
//   c.weights  5 wwwwwwwwwww
//   c.out      2         ccc    fixed: the output
inline Graph chain() {
  return parse_graph_text(
      "graph chain\n"
      "input x 4\n"
      "a: copy(8) w=3 in=x out=8\n"
      "b: copy(8) in=a out=6\n"
      "c: copy(8) w=5 in=b out=2\n");
}

inline TensorId tensor(const Graph& graph, const std::string& name) {
  return graph.find_tensor(name).value();
}

// Decisions by name, the others in the slowest memory; settled.
inline Mapping make_mapping(const Graph& graph, const Chip& chip,
                            const std::vector<std::pair<std::string, std::string>>& named) {
  Mapping mapping = uniform_mapping(Problem(graph, chip), chip.slowest());
  for (const auto& [name, memory] : named) {
    mapping[tensor(graph, name)] = chip.find_memory(memory).value();
  }
  settle(Problem(graph, chip), mapping);
  return mapping;
}

}  // namespace memplace
