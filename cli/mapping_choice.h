// SPDX-License-Identifier: Apache-2.0
// --mapping FILE|all:MEMORY|heuristic:NAME.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// The mapping that `text` asks for, settled. Throws Error; `option` is what `text` was given with.
Mapping choose_mapping(const Arguments& arguments, const Problem& problem, const std::string& text,
                       const std::string& option = "--mapping");

}  // namespace memplace
