// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"

namespace memplace {

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
  Mapping mapping = uniform_mapping(graph, chip, chip.slowest());
  for (const auto& [name, memory] : named) {
    mapping[tensor(graph, name)] = chip.find_memory(memory).value();
  }
  settle(graph, chip, mapping);
  return mapping;
}

}  // namespace memplace
