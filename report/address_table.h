// SPDX-License-Identifier: Apache-2.0
// Addresses for other programs. docs/output.md explains the columns.
#pragma once

#include <string>

#include "sim/chip/chip.h"
#include "sim/mapping/addresses.h"
#include "workloads/graph/graph.h"

namespace memplace {

// `tensor,memory,offset,bytes,begin,end`, a row a tensor with bytes of its own.
std::string to_csv(const Addresses& addresses, const Graph& graph, const Chip& chip);

}  // namespace memplace
