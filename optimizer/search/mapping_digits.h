// SPDX-License-Identifier: Apache-2.0
// A mapping as a line of digits, for histories that keep what they visit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/placement/mapping.h"

namespace memplace {

// A digit for each decision, in their order: the index of its memory, 0 the slowest.
std::string mapping_digits(const Problem& problem, const Mapping& mapping);

// The mapping back, settled; nothing where `digits` are not of this problem.
std::optional<Mapping> mapping_of_digits(const Problem& problem, std::string_view digits);

}  // namespace memplace
