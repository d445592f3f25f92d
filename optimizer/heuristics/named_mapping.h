// SPDX-License-Identifier: Apache-2.0
// Mappings as users name them.
#pragma once

#include <string>

#include "sim/placement/mapping.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

// all:MEMORY or heuristic:NAME, and no file.
bool is_rule(const std::string& text);

// Whether `text` can name the file of a mapping: .yaml or .json, or with a '/'.
bool is_mapping_file(const std::string& text);

// What `text` stands for: a rule, or the file of a mapping. Throws Error.
Mapping named_mapping(const std::string& text, const Problem& problem);
// The same where tensors may be fetched during an inference.
Placement named_placement(const std::string& text, const Problem& problem);

}  // namespace memplace
