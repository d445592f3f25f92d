// SPDX-License-Identifier: Apache-2.0
#include "report/origin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace memplace {

std::string names_text(std::span<const std::string> names) {
  return fmt::format("{}", fmt::join(names, ";"));
}

void add_origin(Json& row, const ReportedOrigin& origin) {
  if (origin.has_value()) {
    row["origin"] = *origin;
  }
}

}  // namespace memplace
