// SPDX-License-Identifier: Apache-2.0
// What to say about names that users give: of memories, and of tensors that a mapping decides on.
#pragma once

#include <string>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/placement/problem.h"
#include "workloads/graph/types.h"

namespace memplace {

// By MemoryId.
std::vector<std::string> memory_names(const Chip& chip);

// `unknown tensor "FOUND" of network "N" (did you mean "T"?)`, where T is a decision.
std::string unknown_tensor_message(const Problem& problem, const std::string& found);

// Why a mapping may not name `id`, which is no decision: what it follows, or why it is fixed.
std::string undecided_message(const Problem& problem, TensorId id);

// Why `id` may not be fetched; empty where it may.
std::string why_immovable(const Problem& problem, TensorId id);

}  // namespace memplace
