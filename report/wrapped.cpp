// SPDX-License-Identifier: Apache-2.0
#include "report/wrapped.h"

#include <algorithm>

#include "report/table.h"

namespace memplace {

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t first = text.find_first_not_of(" \n", begin);
    if (first == std::string_view::npos) {
      break;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", first), text.size());
    const std::string_view word = text.substr(first, end - first);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (display_width(line) + 1 + display_width(word) <= width) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
    begin = end;
  }
  return lines;
}

}  // namespace memplace
