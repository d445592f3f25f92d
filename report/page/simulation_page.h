// SPDX-License-Identifier: Apache-2.0
// Simulations as a page.
#pragma once

#include <string>
#include <vector>

#include "report/page/page_document.h"
#include "report/simulation_report.h"

namespace memplace {

struct NamedSimulation {
  std::string file;  // that it was read from
  SimulationReport report;
};

// `simulations` is not empty.
PageDocument simulation_page(const std::string& version,
                             const std::vector<NamedSimulation>& simulations);

}  // namespace memplace
