// SPDX-License-Identifier: Apache-2.0
// What to say about names that users give: of memories, and of tensors that a mapping decides on.
#pragma once

#include <string>
#include <vector>

#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// By MemoryId.
std::vector<std::string> memory_names(const Chip& chip);

// `unknown tensor "FOUND" of network "N" (did you mean "T"?)`, where T is a decision.
std::string unknown_tensor_message(const Graph& graph, const std::string& found);

// Whether a mapping decides on the tensor itself.
bool is_decision(const Graph& graph, TensorId id);

// Why a mapping may not name `id`, which is no decision: what it follows, or why it is fixed.
std::string undecided_message(const Graph& graph, const Chip& chip, TensorId id);

}  // namespace memplace
