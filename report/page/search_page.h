// SPDX-License-Identifier: Apache-2.0
// Searches as a page.
#pragma once

#include <string>
#include <vector>

#include "report/page/page_document.h"
#include "report/search_figures/search_figures.h"

namespace memplace {

// `notes`: what of the searches is not shown, a sentence each.
PageDocument search_page(const std::string& version, const std::string& title,
                         const PageSource& source, const SearchFigures& figures,
                         const std::vector<std::string>& notes);

}  // namespace memplace
