// SPDX-License-Identifier: Apache-2.0
// --mapping FILE|RUN|all:MEMORY|heuristic:NAME, and --save-mapping FILE.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "optimizer/studies/settings/request.h"
#include "sim/placement/mapping.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

// The mapping that `text` asks for, settled; of the directory of a run its best. Throws Error;
// `option` is what `text` was given with.
Mapping choose_mapping(const Arguments& arguments, const Problem& problem, const std::string& text,
                       const std::string& option = "--mapping");

// The same of what is simulated: where `moving`, the mapping may fetch tensors.
Placement choose_placement(const Arguments& arguments, const Problem& problem,
                           const std::string& text, bool moving);

// Throws Error where --save-mapping is given and no mapping could be read from there again.
void check_mapping_output(const Arguments& arguments);
// Writes it as JSON where the file's name ends so, else as YAML. Throws Error.
void save_mapping(const std::string& file, const Problem& problem, const Placement& placement);
inline void save_mapping(const std::string& file, const Problem& problem, const Mapping& mapping) {
  save_mapping(file, problem, Placement(mapping));
}

}  // namespace memplace
