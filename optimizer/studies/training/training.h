// SPDX-License-Identifier: Apache-2.0
// One policy from several workloads: searches that take turns and share what learns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "optimizer/learning/trained_policy.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/options.h"
#include "optimizer/search/strategy.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

struct TrainingPlan {
  std::uint64_t seed = 0;    // of the first workload; each other has one more
  std::uint64_t budget = 0;  // evaluations of each workload, > 0
  std::shared_ptr<const TrainedPolicy> policy = nullptr;  // to begin with; null: none
  std::size_t threads = 1;                                // of evaluations; no result depends on it
  // Asked before each batch; empty: never. A StopScope around the training (base/stopping.h) ends
  // it within one.
  std::function<bool()> stop = nullptr;
  // Called after each batch with the evaluations of all workloads so far; empty: never.
  std::function<void(std::uint64_t evaluations)> on_batch = nullptr;
};

struct TrainedWorkload {
  std::vector<Reference> references;  // of heuristic_references()
  SearchResult search;
  // The likeliest mapping of the policy that all of the training ended with: one evaluation, which
  // no budget counts.
  Evaluated zero_shot;
};

struct TrainingResult {
  TrainedPolicy policy;
  std::vector<TrainedWorkload> workloads;  // by program; none where it was stopped
  bool stopped = false;                    // before its end, with what was learnt so far
  std::uint64_t evaluations = 0;           // of all workloads
};

// A search of each program by a strategy of its own, with one learner for all: after each batch it
// is the next program's turn, as long as there is budget. `info` learns; the programs, at least
// one, are lowered for chips of equally many memories. Throws Error where nothing is learnt with
// these options, and where a network does not fit.
TrainingResult train(std::span<const Program* const> programs, Simulator& simulator,
                     const StrategyInfo& info, const Options& options, const TrainingPlan& plan);

}  // namespace memplace
