// SPDX-License-Identifier: Apache-2.0
// One of the two things that `memplace compare` compares.
#pragma once

#include <optional>
#include <string>

#include "cli/arguments.h"
#include "optimizer/studies/settings/request.h"
#include "report/simulation_report.h"

namespace memplace {

enum class SideKind { kResult, kRun, kMapping, kChip };

struct Side {
  std::string name;  // A or B
  SideKind kind = SideKind::kMapping;
  std::string text;                             // as the user gave it
  std::optional<SimulationReport> result = {};  // read from a file, for kResult
  std::optional<SimulationRequest> run = {};    // of kRun, under its best mapping
};

// What the argument `name` means: chip:NAME|FILE[,PATH=VALUE...]; all:MEMORY, heuristic:NAME or the
// file of a mapping; the directory of a run; or the file of a result, which is told by its content.
// Throws Error.
Side choose_side(const Arguments& arguments, const std::string& name);

// Throws Error where the two cannot be compared with each other, or an option says nothing or the
// opposite about them.
void check_sides(const Arguments& arguments, const Side& a, const Side& b);

// The side's result as it stands, or its simulation: settings that the options leave open are those
// of `other` where that is a result or a run, else the defaults of simulate. Throws Error and
// InfeasibleFailure.
SimulationReport report_of(const Arguments& arguments, const Side& side, const Side& other);

}  // namespace memplace
