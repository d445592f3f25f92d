// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "base/files.h"
#include "sim/chip/chip_reader.h"
#include "sim/placement/mapping_file.h"
#include "tests/support/sim_case.h"
#include "workloads/io/graph_yaml.h"

namespace memplace::test {

std::string write_reproducer(const SimCase& c, const std::string& directory) {
  Chip chip = c.chip;
  for (Memory& memory : chip.memories) {
    memory.capacity = Bytes(std::int64_t{1} << 50);
  }
  std::string command = fmt::format(
      "memplace simulate graph.yaml --chip chip.yaml --mapping mapping.yaml --streams {} "
      "--engines-per-stream {} --inferences {} --model both",
      c.mode.streams, c.mode.engines_per_stream, c.mode.inferences);
  make_directory(directory);
  write_file(directory + "/graph.yaml", write_graph_yaml(*c.graph));
  write_file(directory + "/chip.yaml", write_chip(chip));
  const MovePlan plan = plan_of(c);
  write_file(directory + "/mapping.yaml",
             write_mapping(Problem(*c.graph, chip), Placement{c.mapping, plan.near}));
  std::string text =
      "The two models disagree here; run in this directory:\n\n    " + command + "\n";
  if (!plan.moves.empty()) {
    text += "\nA planner may begin moves after other ops than these:\n";
  }
  for (const Move& move : plan.moves) {
    text += fmt::format("    {} after {}\n", c.graph->tensor(move.tensor).name,
                        move.after ? c.graph->op(*move.after).name : "nothing");
  }
  write_file(directory + "/README", text);
  return command;
}

}  // namespace memplace::test
