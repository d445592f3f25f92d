// SPDX-License-Identifier: Apache-2.0
// A mapping for other programs. docs/guide/output.md describes both forms.
#pragma once

#include <string>

#include "sim/placement/mapping.h"
#include "sim/timing/program.h"

namespace memplace {

// A row for each tensor with bytes of its own, in the graph's order: `tensor,kind,bytes,memory`; of
// a network that came from a file also `origin,within`, of which one names a tensor of the file:
// names_behind().
std::string placement_csv(const Program& program, const Mapping& mapping);

// Placement hints as the compiler of NNP-I takes them: `tensor,hint,priority` with a hint of SRAM,
// LLC or DRAM for each decision, by falling priority; likewise with `origin,within`. Throws Error
// where a memory of the chip has none of these names.
std::string placement_hints(const Program& program, const Mapping& mapping);

}  // namespace memplace
