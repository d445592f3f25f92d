// SPDX-License-Identifier: Apache-2.0
// One search from its configuration: fresh, continued or over, in memory or on disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "optimizer/driver.h"
#include "optimizer/run_config.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// How a search is carried out; its results do not depend on any of this.
struct RunSurroundings {
  std::size_t threads = 1;
  std::optional<std::string> directory = std::nullopt;  // none: nothing is written
  std::function<bool()> stop = nullptr;                 // asked before each batch; empty: never
  std::vector<SearchObserver*> observers = {};
  // Called before the first evaluation, with the references and the time that the run has taken in
  // earlier processes (known where it has a time limit).
  std::function<void(std::span<const Reference>, std::chrono::milliseconds)> on_begin = nullptr;
};

struct RunResult {
  SearchResult search;
  std::vector<Reference> references;  // of heuristic_references(), no noise in them
  double best_cost = 0;               // of the best mapping, no noise in it; 0 where there is none
  // Whether nothing is left to do; where not, `stop` said so, and the run can be continued.
  bool over = true;
};

// Runs the search that `config` describes on `program`, which is its workload lowered for its chip
// and mode. Where the directory holds this very run already, what it has recorded is not simulated
// again; where it is over, nothing is written. Throws Error where nothing fits, for constraints and
// objectives that make no sense, and as RunDirectory does.
RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings = {});

// The constraints of `config`, and all that its mappings are made feasible and judged by.
Constraints constraints_of(const RunConfig& config, const Graph& graph);
EvaluationRules rules_of(const RunConfig& config, const Graph& graph);

}  // namespace memplace
