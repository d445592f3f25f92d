// SPDX-License-Identifier: Apache-2.0
// One search from its configuration: fresh, continued or over, in memory or on disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "optimizer/driver.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/run_config.h"
#include "optimizer/run_directory.h"
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
  // How often at most what the strategy has become is written to the directory; 0: after each
  // batch.
  std::chrono::milliseconds snapshot_every = kSnapshotPeriod;
  // A run that is over is read from its directory and not searched again: nothing is learnt, and
  // Evaluated::asked of its best mapping is Evaluated::given.
  bool reads_ended = false;
};

struct RunResult {
  SearchResult search;
  std::vector<Reference> references;  // of heuristic_references(), no noise in them
  double best_cost = 0;               // of the best mapping, no noise in it; 0 where there is none
  // What the strategy has learnt; null where it learns nothing.
  std::shared_ptr<const TrainedPolicy> policy = nullptr;
  // Whether nothing is left to do; where not, `stop` said so, and the run can be continued.
  bool over = true;
  // Why a snapshot in the directory was of no use; empty where it was, and where there is none.
  std::string snapshot_ignored;
};

// Runs the search that `config` describes on `program`, which is its workload lowered for its chip
// and mode. Where the directory holds this very run already, what it has recorded is not simulated
// again, and what its snapshot holds is not told again; where it is over, nothing is written.
// Throws Error where nothing fits, for constraints and objectives that make no sense, and as
// RunDirectory does.
RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings = {});

// What `config` begins with; nothing where it begins with none. Throws Error, which begins with
// what the user called the policy, where that is damaged or does not fit the chip, and where the
// strategy has no use for one.
std::optional<TrainedPolicy> policy_of(const RunConfig& config);

// Throws Error where the search that `config` describes would learn no policy.
void check_learns(const RunConfig& config, const Program& program);

// The constraints of `config`, and all that its mappings are made feasible and judged by.
Constraints constraints_of(const RunConfig& config, const Graph& graph);
EvaluationRules rules_of(const RunConfig& config, const Graph& graph);

}  // namespace memplace
