// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <variant>

#include <memplace/optimizer/heuristics/heuristic.h>
#include <memplace/optimizer/run.h>
#include <memplace/optimizer/strategy.h>
#include <memplace/sim/chip/chip_reader.h>
#include <memplace/sim/event/event_simulator.h>
#include <memplace/sim/mapping/rectify.h>
#include <memplace/sim/timing/program.h>
#include <memplace/workloads/workload.h>

using namespace memplace;

int main() {
  // A network on a chip, all of whose engines work on one inference.
  const auto graph = std::make_shared<const Graph>(load_workload("resnet50", DType::kInt8));
  const Chip chip = load_chip("nnpi");
  const Mode mode = resolve_mode(chip, 1, {}, {});
  const Program program = lower(graph, chip, mode);

  // What a heuristic asks for, as far as it fits.
  const Mapping asked = apply_heuristic("native", *graph, chip, mode);
  const RectifyResult rectified = rectify(*graph, chip, mode, asked);
  if (std::holds_alternative<Infeasible>(rectified)) {
    std::puts(std::get<Infeasible>(rectified).message.c_str());
    return 1;
  }
  EventSimulator simulator;
  const SimResult native = simulator.run(program, std::get<Rectified>(rectified).mapping);
  std::printf("native %lld ps\n", static_cast<long long>(native.latency.count()));

  // A search for something better.
  RunConfig config;
  config.workload = "resnet50";
  config.chip = chip;
  config.mode = mode;
  config.strategy = "annealing";
  config.options = Options(config.strategy, find_strategy(config.strategy).options, {}).resolved();
  config.seed = 1;
  config.budget = 200;
  const RunResult found = execute_run(config, program, simulator);
  std::printf("annealing %.0f ps after %zu evaluations\n", found.best_cost,
              found.search.history.size());
}
