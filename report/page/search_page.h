// SPDX-License-Identifier: Apache-2.0
// Searches as a page.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "optimizer/search/objective.h"
#include "report/comparison.h"
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

// What one search is about: what it found beside the best heuristic, and why that is faster.
struct SearchAnswer {
  Objective objective = Objective::kLatency;
  std::string heuristic;  // the best one
  double heuristic_cost = 0;
  double own_cost = 0;               // of the search's own best
  std::optional<Picoseconds> bound;  // no feasible mapping is faster; none: nobody asked
  Comparison why;                    // A: the heuristic's mapping, B: the search's own best
};

// `notes`: what of the searches is not shown, a sentence each. `bounds` are empty where nobody
// asked for them. The costs of `bests` are those of `objective`. `answer` is of the only search,
// where there is only one.
PageDocument search_page(const std::string& version, const std::string& title,
                         const PageSource& source, const SearchFigures& figures,
                         const std::vector<std::string>& notes,
                         const std::vector<SearchBound>& bounds = {},
                         const std::vector<SearchBest>& bests = {},
                         Objective objective = Objective::kLatency,
                         const std::optional<SearchAnswer>& answer = std::nullopt);

}  // namespace memplace
