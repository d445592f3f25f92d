// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <variant>

#include <memplace/optimizer/catalog/strategies.h>
#include <memplace/optimizer/heuristics/heuristic.h>
#include <memplace/optimizer/studies/run/run.h>
#include <memplace/sim/chip/chip_reader.h>
#include <memplace/sim/event/event_simulator.h>
#include <memplace/sim/feasible/rectify.h>
#include <memplace/sim/timing/program.h>
#include <memplace/workloads/workload.h>

using namespace memplace;

int main() {
  // A network on a chip, all of whose engines work on one inference.
  const Chip chip = load_chip("nnpi");
  const Mode mode = resolve_mode(chip, 1, {}, {});
  const Problem problem(load_workload("resnet50", DType::kInt8), chip, mode);
  const Program program = lower(problem);

  // What a heuristic asks for, as far as it fits.
  const Mapping asked = apply_heuristic("native", problem);
  const RectifyResult rectified = rectify(problem, asked);
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
  config.strategy = "annealing";
  config.options =
      Options(config.strategy, strategies().find(config.strategy).options, {}).resolved();
  config.seed = 1;
  config.budget = 200;
  const RunResult found = execute_run(config, program, simulator);
  std::printf("annealing %.0f ps after %zu evaluations\n", found.best_cost,
              found.search.history.size());
}
