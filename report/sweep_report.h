// SPDX-License-Identifier: Apache-2.0
// Everything `memplace sweep` says. docs/guide/sweep.md explains each number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "optimizer/studies/sweep/analysis.h"
#include "optimizer/studies/sweep/sweep.h"
#include "report/run_header.h"

namespace memplace {

// The references outlive it.
struct SweepReport {
  RunHeader header;
  const Sweep& sweep;
  const SweepPoints& points;  // all are there
  std::vector<SweepGroup> groups;
};

// "sram.capacity" of "memories.sram.capacity".
std::string short_path(const std::string& path);

// The head of it; `spec_file` gives the same sweep again.
RunHeader sweep_header(const Sweep& sweep, const std::string& spec_file);

// Axes, fronts, best points, marginal values and how sure they are, without a head: sweep.json.
Json sweep_json(const SweepReport& report);

// The same below the head, with the points.
Json to_json(const SweepReport& report);

// The front of each group, with its best point and what would change it, and what a step along each
// axis is worth.
std::string to_text(const SweepReport& report, std::optional<std::size_t> width);

// A row a point below the head's comment lines: what simulate says of it, or its error.
std::string to_csv(const SweepReport& report);

// pareto.csv: a row a point of a front. marginal.csv: a row a step between neighbours.
std::string pareto_csv(const SweepReport& report);
std::string marginal_csv(const SweepReport& report);

}  // namespace memplace
