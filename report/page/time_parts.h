// SPDX-License-Identifier: Apache-2.0
// Where the time of an inference went, as the rows that the charts "time" and "compared" draw.
#pragma once

#include <string>

#include "report/page/dataset.h"
#include "report/page/page_document.h"
#include "report/simulation_report.h"

namespace memplace {

Dataset time_parts();

// Of `report`, which the page calls `run`: a row for each part of law 8, and one for the drain.
// What fetches nothing waits for no move, and has no row for that.
void add_time_parts(Dataset& parts, const std::string& run, const SimulationReport& report);

// A chart of such parts. Waits for moves are in its legend where something `moves`.
void add_parts_chart(PageDocument& page, const std::string& name, bool moves);

}  // namespace memplace
