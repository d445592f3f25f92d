// SPDX-License-Identifier: Apache-2.0
// Searches as a page.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "optimizer/search/objective.h"
#include "report/page/page_document.h"
#include "report/search_figures/search_figures.h"

namespace memplace {

// What is proven of one network on one chip.
struct SearchBound {
  std::string workload;
  std::string chip;
  Picoseconds latency;  // the best that the searches found
  Picoseconds bound;    // no feasible mapping is faster
};

// The best that a strategy found on one network and chip, whatever its seed, as it was measured.
struct SearchBest {
  std::string workload;
  std::string chip;
  std::string strategy;
  Picoseconds latency;
  double cost = 0;
};

// `notes`: what of the searches is not shown, a sentence each. `bounds` are empty where nobody
// asked for them. The costs of `bests` are those of `objective`.
PageDocument search_page(const std::string& version, const std::string& title,
                         const PageSource& source, const SearchFigures& figures,
                         const std::vector<std::string>& notes,
                         const std::vector<SearchBound>& bounds = {},
                         const std::vector<SearchBest>& bests = {},
                         Objective objective = Objective::kLatency);

}  // namespace memplace
