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

#include "optimizer/learning/trained_policy.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/judge.h"
#include "optimizer/studies/run/run_config.h"
#include "optimizer/studies/run/run_directory.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// How a search is carried out; its results do not depend on any of this.
struct RunSurroundings {
  std::size_t threads = 1;
  std::optional<std::string> directory = std::nullopt;  // none: nothing is written
  // Asked before each batch; empty: never. A StopScope around the run (base/stopping.h) ends it
  // within one; both leave it as SearchPlan::stop says, to be continued.
  std::function<bool()> stop = nullptr;
  std::vector<SearchObserver*> observers = {};
  // What a time limit counts from where nothing is recorded yet; else it counts from the first
  // evaluation that is not recalled.
  std::optional<std::chrono::steady_clock::time_point> began = std::nullopt;
  // Called before the first evaluation, with the references and the time that the run has taken in
  // earlier processes (known where it has a time limit).
  std::function<void(std::span<const Reference>, std::chrono::milliseconds)> on_begin = nullptr;
  // How often at most what the strategy has become is written to the directory; 0: after each
  // batch.
  std::chrono::milliseconds snapshot_every = kSnapshotPeriod;
  // A run that is over is read from its directory and not searched again: nothing is learnt, and
  // Evaluated::asked of its best mapping is Evaluated::given.
  bool reads_ended = false;
  // By what matrices are multiplied here; none: processor_kind().
  std::optional<std::string> processor = std::nullopt;
  // Called before the first evaluation of a run that is continued, with why its history is told
  // again although there was a snapshot, or although it began on another kind of processor.
  std::function<void(const std::string&)> on_warning = nullptr;
};

struct RunResult {
  SearchResult search;  // what the strategy asked for, and the best of it
  // By references_of(), without noise; none where the run was stopped before the search.
  std::vector<Reference> references;
  Verdict verdict;       // what the run returns: the best of both
  double best_cost = 0;  // of that, verdict.best.cost
  // What the strategy has learnt; null where it learns nothing.
  std::shared_ptr<const TrainedPolicy> policy = nullptr;
  // Whether nothing is left to do; where not, `stop` said so, and the run can be continued.
  bool over = true;
};

// Runs the search that `config` describes on `program`, which is its workload lowered for its chip
// and mode, under its constraints (problem_of()). Where the directory holds this very run already,
// what it has recorded is not simulated again, and what its snapshot holds is not told again; where
// it is over, nothing is written. Throws InfeasibleFailure (sim/feasible/feasible.h) where nothing
// fits, and Error for objectives that make no sense and as RunDirectory does.
RunResult execute_run(const RunConfig& config, const Program& program, Simulator& simulator,
                      const RunSurroundings& surroundings = {});

// The bytes of the policy that a search is to begin with; nothing where there is none. Throws
// Error.
std::optional<std::string> read_policy_of(const SearchRequest& request);

// The policy of these bytes, as the request names it. Throws Error, which begins with that name,
// where it is damaged or does not fit the chip, and where the strategy has no use for one.
TrainedPolicy policy_of(const SearchRequest& request, const std::string& bytes, const Chip& chip);
// What `config` begins with; nothing where it begins with none. Throws Error likewise.
std::optional<TrainedPolicy> policy_of(const RunConfig& config, const Chip& chip);

// The task of its strategy, with all that it begins with: a relaxation is made here. `references`
// are heuristics of the problem, `policy` is policy_of().
StrategyTask task_of(const RunConfig& config, const Problem& problem,
                     std::span<const Reference> references, std::optional<TrainedPolicy> policy);

// Throws Error where the search that `config` describes would learn no policy.
void check_learns(const RunConfig& config, const Problem& problem);

}  // namespace memplace
