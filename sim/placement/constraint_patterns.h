// SPDX-License-Identifier: Apache-2.0
// Constraints as users write them.
#pragma once

#include <span>
#include <string>

#include "sim/placement/constraints.h"
#include "sim/placement/problem.h"

namespace memplace {

// `GLOB=MEMORY[,MEMORY...]`: a pin leaves the decisions whose name matches only the memories it
// names, and a forbid takes these away from them. In a glob `*` stands for any characters and `?`
// for one. All that is given holds together, and with what the problem is under already.
//
// Throws Error for a pattern without `=`, a memory the chip does not have, a glob that matches no
// tensor or only tensors that no mapping decides on, and for a decision left without a memory.
Constraints read_constraints(const Problem& problem, std::span<const std::string> pins,
                             std::span<const std::string> forbids);

}  // namespace memplace
