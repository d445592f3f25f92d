// SPDX-License-Identifier: Apache-2.0
// A placement for other programs. docs/guide/output.md describes both forms.
#pragma once

#include <cstddef>
#include <string>

#include "sim/placement/placement.h"
#include "sim/timing/program.h"

namespace memplace {

// A row for each tensor with bytes of its own, in the graph's order: `tensor,kind,bytes,memory`,
// and where some are fetched `fetched_to`; of a network that came from a file also `origin,within`,
// of which one names a tensor of the file: names_behind().
std::string placement_csv(const Program& program, const Placement& placement);

// Placement hints as the compiler of NNP-I takes them: `tensor,hint,priority` with a hint of SRAM,
// LLC or DRAM for each decision, that of its home, by falling priority; likewise with
// `origin,within`. Throws Error
// where a memory of the chip has none of these names.
std::string placement_hints(const Program& program, const Placement& placement);

// How many tensors with bytes of their own are fetched, which hints cannot say.
std::size_t count_fetches(const Program& program, const Placement& placement);

}  // namespace memplace
