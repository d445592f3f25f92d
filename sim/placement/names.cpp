// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/names.h"

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

std::string unknown_tensor_message(const Problem& problem, const std::string& found) {
  const Graph& graph = problem.graph();
  std::vector<std::string> names;
  for (const TensorId id : problem.decisions().tensors()) {
    names.push_back(graph.tensor(id).name);
  }
  const std::string_view nearest = nearest_name(found, names);
  return fmt::format("unknown tensor {} of network \"{}\"{}", memplace::quoted(found), graph.name(),
                     nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest));
}

std::string why_immovable(const Problem& problem, TensorId id) {
  const Tensor& tensor = problem.graph().tensor(id);
  if (problem.movables().contains(id)) {
    return "";
  }
  if (tensor.kind == TensorKind::kActivation) {
    return "only weights and inputs of the network are";
  }
  if (tensor.bytes == Bytes(0)) {
    return "it has no bytes";
  }
  if (ceil_div(tensor.bytes.count(), problem.chip().mover.piece.count()) > kMostPieces) {
    return fmt::format("it has more than {} pieces of the chip's mover", kMostPieces);
  }
  return tensor.kind == TensorKind::kWeights ? "an op reads only a part of it"
                                             : "only the first op reads it";
}

std::string undecided_message(const Problem& problem, TensorId id) {
  const Decisions& decisions = problem.decisions();
  const Tensor& tensor = problem.graph().tensor(id);
  if (!decisions.is_fixed(id)) {
    return fmt::format("\"{}\" is always where \"{}\" is; map that tensor instead", tensor.name,
                       problem.graph().tensor(decisions.leader(id)).name);
  }
  const std::string& memory = problem.chip().memories[problem.chip().io_memory].name;
  if (tensor.kind == TensorKind::kInput || tensor.graph_output) {
    return fmt::format("\"{}\" is {} of the network, which is always in {}; leave it out",
                       tensor.name, tensor.graph_output ? "an output" : "an input", memory);
  }
  return fmt::format(
      "\"{}\" goes with an input or output of the network, which is always in {}; leave it out",
      tensor.name, memory);
}

}  // namespace memplace
