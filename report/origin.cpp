// SPDX-License-Identifier: Apache-2.0
#include "report/origin.h"

#include <set>

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

std::vector<std::string> names_behind(const Graph& graph, TensorId id) {
  if (!graph.origin(id).empty()) {
    return {};
  }
  std::vector<TensorId> open{id};
  std::set<TensorId> seen{id};
  for (std::size_t next = 0; next < open.size(); ++next) {
    for (const OpId op : graph.consumers(open[next])) {
      for (const TensorId output : graph.op(op).outputs) {
        if (const auto names = graph.origin(output); !names.empty()) {
          return {names.begin(), names.end()};
        }
        if (seen.insert(output).second) {
          open.push_back(output);
        }
      }
    }
  }
  return {};
}

}  // namespace memplace
