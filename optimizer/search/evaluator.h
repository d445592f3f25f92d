// SPDX-License-Identifier: Apache-2.0
// Mapping in, cost out: rectify, then simulate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "optimizer/search/objective.h"
#include "optimizer/search/strategy.h"
#include "sim/feasible/rectify.h"
#include "sim/simulator.h"

namespace memplace {

// An evaluation made before, of which only the numbers were kept.
struct Recalled {
  std::uint64_t given_hash = 0;  // mapping_hash of what was simulated
  Picoseconds latency;
  double cost = 0;
};

// Evaluates mappings of one program, on one thread. The program outlives it.
class Evaluator {
 public:
  // The rectifier is copied, once it was found to make every mapping feasible.
  Evaluator(const Program& program, std::unique_ptr<SimSession> session, Objective objective,
            const Rectifier& rectifier);

  // `asked` is settled. Throws Error where the objective has no value, and Stopped; it may be used
  // again.
  Evaluated evaluate(const Mapping& asked);

  // The same without a simulation. Nothing where rectify gives something else than was recalled.
  std::optional<Evaluated> recall(const Mapping& asked, const Recalled& recalled);

 private:
  Evaluated rectify(const Mapping& asked);
  Picoseconds simulate(const Mapping& given);

  const Program& program_;
  std::unique_ptr<SimSession> session_;
  Objective objective_;
  Rectifier rectifier_;
  Mapping base_;  // of the session; empty before the first
  Mapping last_;  // simulated
};

// Evaluators at work side by side. What they find does not depend on how many they are. Arguments
// given by reference outlive it.
class EvaluatorPool {
 public:
  // `threads` >= 1; with a simulator that is not thread-safe there is one, whatever is asked for.
  // Throws InfeasibleFailure (sim/feasible/feasible.h) where nothing fits, and Error where the
  // objective has no value in the program's mode.
  EvaluatorPool(const Program& program, Simulator& simulator,
                Objective objective = Objective::kLatency, std::size_t threads = 1);

  // By proposal. Where it is stopped (base/stopping.h): those before the first that is missing.
  std::vector<Evaluated> evaluate(std::span<const Proposal> proposals);
  // The same as one of a single proposal.
  Evaluated evaluate(const Mapping& asked) { return evaluators_.front().evaluate(asked); }

  Evaluator& first() { return evaluators_.front(); }
  const Program& program() const { return program_; }
  Objective objective() const { return objective_; }

 private:
  const Program& program_;
  Objective objective_;
  ThreadPool threads_;
  std::vector<Evaluator> evaluators_;  // by thread
};

}  // namespace memplace
