// SPDX-License-Identifier: Apache-2.0
// What a network or a chip is, without running anything.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/json.h"
#include "report/run_header.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// One line each, for headers: "57 ops, 4.089 GMAC, 25.53 M parameters, ...", "12 engines, ...",
// "1 stream x 12 engines, 1 inference".
std::string summary_of(const Graph& graph);
std::string summary_of(const Chip& chip);
std::string summary_of(const Mode& mode);

// int8 multiply-accumulates a second of all grids together.
double peak_macs_per_second(const Engines& engines);

Json describe_json(const RunHeader& header, const Graph& graph);
std::string describe_csv(const Graph& graph);  // a row an op
// `ops`: how many of the ops with the most work are shown; none: all, in schedule order.
std::string describe_text(const RunHeader& header, const Graph& graph,
                          std::optional<std::size_t> width, std::optional<std::size_t> ops);

Json describe_json(const RunHeader& header, const Chip& chip);
std::string describe_csv(const Chip& chip);  // a row a memory
std::string describe_text(const RunHeader& header, const Chip& chip,
                          std::optional<std::size_t> width);

}  // namespace memplace
