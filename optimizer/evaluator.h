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
#include "optimizer/objective.h"
#include "optimizer/strategy.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/rectify.h"
#include "sim/simulator.h"

namespace memplace {

// How mappings are made feasible and what they are judged by.
struct EvaluationRules {
  Objective objective = Objective::kLatency;
  Constraints constraints;
  PackingEffort effort = kQuickPacking;
};

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

  // `asked` is settled. Throws Error where the objective has no value.
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
  // Throws Error where not even the slowest allowed memories can hold the network, and where the
  // objective has no value in the program's mode.
  EvaluatorPool(const Program& program, Simulator& simulator, EvaluationRules rules = {},
                std::size_t threads = 1);

  // By proposal.
  std::vector<Evaluated> evaluate(std::span<const Proposal> proposals);
  // The same as one of a single proposal.
  Evaluated evaluate(const Mapping& asked) { return evaluators_.front().evaluate(asked); }

  Evaluator& first() { return evaluators_.front(); }
  const Program& program() const { return program_; }
  const EvaluationRules& rules() const { return rules_; }

 private:
  const Program& program_;
  EvaluationRules rules_;
  ThreadPool threads_;
  std::vector<Evaluator> evaluators_;  // by thread
};

}  // namespace memplace
