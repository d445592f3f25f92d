// SPDX-License-Identifier: Apache-2.0
#include "report/placement_export.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "report/json_table.h"
#include "report/origin.h"
#include "report/rooflines.h"

namespace memplace {
namespace {

// By MemoryId. Names may be written in small or capital letters.
std::vector<std::string> hints_of(const Chip& chip) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kHints{
      {{"sram", "SRAM"}, {"llc", "LLC"}, {"dram", "DRAM"}}};
  std::vector<std::string> hints;
  for (const Memory& memory : chip.memories) {
    const auto known = std::find_if(kHints.begin(), kHints.end(), [&](const auto& pair) {
      return memory.name == pair.first || memory.name == pair.second;
    });
    if (known == kHints.end()) {
      throw Error(
          fmt::format("placement hints know sram, llc and dram, and chip {} has a memory {}",
                      chip.name, memplace::quoted(memory.name)));
    }
    hints.emplace_back(known->second);
  }
  return hints;
}

// What the file calls the tensor, or else what is computed of it.
void add_names(Json& row, const Graph& graph, TensorId id) {
  add_origin(row, reported_origin(graph, id));
  if (graph.came_from_file()) {
    row["within"] = names_behind(graph, id);
  }
}

}  // namespace

std::size_t count_fetches(const Program& program, const Placement& placement) {
  const auto movables = program.problem.movables().list();
  return static_cast<std::size_t>(
      std::count_if(movables.begin(), movables.end(),
                    [&](const Movable& movable) { return placement.fetches(movable.tensor); }));
}

std::string placement_csv(const Program& program, const Placement& placement) {
  const Graph& graph = program.graph();
  const auto& memories = program.chip().memories;
  const bool fetches = !placement.stays();
  Json rows = Json::array();
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id) {
      const Tensor& tensor = graph.tensor(id);
      Json row{{"tensor", tensor.name},
               {"kind", name_of(tensor.kind)},
               {"bytes", tensor.bytes},
               {"memory", memories[placement.homes[id]].name}};
      if (fetches) {
        row["fetched_to"] = placement.fetches(id) ? memories[placement.near[id]].name : "";
      }
      add_names(row, graph, id);
      rows.push_back(std::move(row));
    }
  }
  return json_rows_to_csv(rows);
}

std::string placement_hints(const Program& program, const Placement& placement) {
  const Graph& graph = program.graph();
  const std::vector<std::string> hints = hints_of(program.chip());
  const auto traffic = tensor_traffic(program);
  std::vector<std::pair<double, TensorId>> order;
  for (const TensorId id : program.problem.decisions().tensors()) {
    const Bytes moved = traffic[id].read + traffic[id].written;
    const double bytes = static_cast<double>(graph.tensor(id).bytes.count());
    // Above zero also for what never moves.
    order.emplace_back((static_cast<double>(moved.count()) + 1) / (bytes + 1), id);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  Json rows = Json::array();
  for (const auto& [priority, id] : order) {
    Json row{{"tensor", graph.tensor(id).name},
             {"hint", hints[placement.homes[id].index()]},
             {"priority", priority}};
    add_names(row, graph, id);
    rows.push_back(std::move(row));
  }
  return json_rows_to_csv(rows);
}

}  // namespace memplace
