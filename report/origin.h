// SPDX-License-Identifier: Apache-2.0
// What tensors and ops are called in the file that their network came from, in tables.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Nothing for networks that came from no file, an empty list for what the file has no name for.
using ReportedOrigin = std::optional<std::vector<std::string>>;

template <class Id>
ReportedOrigin reported_origin(const Graph& graph, Id id) {
  if (!graph.came_from_file()) {
    return std::nullopt;
  }
  const auto names = graph.origin(id);
  return std::vector<std::string>(names.begin(), names.end());
}

// The names in a cell of a table: "main;other".
std::string names_text(std::span<const std::string> names);

// Adds the key `origin` to a row, where the network came from a file.
void add_origin(Json& row, const ReportedOrigin& origin);

// Of a tensor that the file has no name for, as an operator of the file keeps it to itself: the
// names of the first tensor behind it that has some, which is computed of it. Empty for others.
std::vector<std::string> names_behind(const Graph& graph, TensorId id);

}  // namespace memplace
