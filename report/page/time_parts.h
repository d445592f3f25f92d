// SPDX-License-Identifier: Apache-2.0
// Where the time of an inference went, as the rows that the charts "time" and "compared" draw.
#pragma once

#include <string>

#include "report/page/dataset.h"
#include "report/simulation_report.h"

namespace memplace {

Dataset time_parts();

// Of `report`, which the page calls `run`: a row for each part of law 8, and one for the drain.
void add_time_parts(Dataset& parts, const std::string& run, const SimulationReport& report);

}  // namespace memplace
