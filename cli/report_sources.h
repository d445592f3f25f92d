// SPDX-License-Identifier: Apache-2.0
// What `memplace report` is given: results in files, or a directory that a command left.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "report/page/page_document.h"
#include "report/search_figures/search_figures.h"

namespace memplace {

// Searches of a directory, and how far they are.
struct SearchesRead {
  SearchFigures figures;
  std::size_t runs = 0;
  std::size_t unfinished = 0;
  std::size_t empty = 0;  // not begun, or without an evaluation

  // What is not shown, a line each, without its end.
  std::vector<std::string> notes() const;
};

// Throws Error where there is none with an evaluation. `on_group` hears of each group with some.
SearchesRead read_searches(const std::string& directory,
                           const std::function<void(const SearchGroup& group)>& on_group = nullptr);

// The page of INPUT, one directory or results of simulate in files, and with what --bound adds.
// Throws Error.
PageDocument page_of(const Arguments& arguments, const Console& console);

}  // namespace memplace
