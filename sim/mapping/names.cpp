// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/names.h"

#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

std::vector<std::string> memory_names(const Chip& chip) {
  std::vector<std::string> names;
  for (const Memory& memory : chip.memories) {
    names.push_back(memory.name);
  }
  return names;
}

std::string unknown_tensor_message(const Graph& graph, const std::string& found) {
  std::vector<std::string> names;
  for (const TensorId id : graph.decisions()) {
    names.push_back(graph.tensor(id).name);
  }
  const std::string_view nearest = nearest_name(found, names);
  return fmt::format("unknown tensor \"{}\" of network \"{}\"{}", found, graph.name(),
                     nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest));
}

bool is_decision(const Graph& graph, TensorId id) {
  return !graph.is_fixed(id) && graph.leader(id) == id;
}

std::string undecided_message(const Graph& graph, const Chip& chip, TensorId id) {
  const Tensor& tensor = graph.tensor(id);
  const std::string& slowest = chip.memories[chip.slowest()].name;
  if (!graph.is_fixed(id)) {
    return fmt::format("\"{}\" is always where \"{}\" is; map that tensor instead", tensor.name,
                       graph.tensor(graph.leader(id)).name);
  }
  if (tensor.kind == TensorKind::kInput || tensor.graph_output) {
    return fmt::format("\"{}\" is {} of the network, which is always in {}; leave it out",
                       tensor.name, tensor.graph_output ? "an output" : "an input", slowest);
  }
  return fmt::format(
      "\"{}\" goes with an input or output of the network, which is always in {}; leave it out",
      tensor.name, slowest);
}

}  // namespace memplace
