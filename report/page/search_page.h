// SPDX-License-Identifier: Apache-2.0
// Searches as a page.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
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

// `notes`: what of the searches is not shown, a sentence each. `bounds` are empty where nobody
// asked for them.
PageDocument search_page(const std::string& version, const std::string& title,
                         const PageSource& source, const SearchFigures& figures,
                         const std::vector<std::string>& notes,
                         const std::vector<SearchBound>& bounds = {});

}  // namespace memplace
