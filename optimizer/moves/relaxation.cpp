// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/relaxation.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/error.h"
#include "optimizer/bound/bound.h"
#include "optimizer/bound/path_cuts.h"
#include "sim/timing/program.h"

namespace memplace {
namespace {

// Less than for a bound of its own: what it finds is only where to begin.
constexpr BoundEffort kEffort{40, 1, 100, 60, 300, 1};

Mapping rounded(const StrategyTask& task, const std::vector<double>& shares) {
  const std::size_t memories = task.problem.chip().memories.size();
  Mapping mapping = uniform_mapping(task.problem, task.problem.chip().slowest());
  const std::span<const TensorId> decisions = task.problem.decisions().tensors();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    mapping[decisions[i]] = MemoryId(bound::main_memory(shares, i, memories));
  }
  settle(task.problem, mapping);
  return mapping;
}

}  // namespace

Relaxation relax(const StrategyTask& task, Picoseconds known, std::size_t most) {
  const Program program = lower(task.problem);
  BoundRequest request;
  request.effort = kEffort;
  request.known = known;
  Bound proof = prove_bound(program, request);
  Relaxation result;
  const auto add = [&](Mapping mapping) {
    const auto& all = result.mappings;
    if (all.size() < most && std::find(all.begin(), all.end(), mapping) == all.end()) {
      result.mappings.push_back(std::move(mapping));
    }
  };
  const std::size_t chain = proof.claimed.has_value() && !proof.mappings.empty() ? 1 : 0;
  if (chain > 0) {
    add(proof.mappings.front());
  }
  if (!proof.shares.empty()) {
    add(rounded(task, proof.shares));
  }
  for (std::size_t i = proof.mappings.size(); i-- > chain;) {
    add(std::move(proof.mappings[i]));
  }
  result.shares = std::move(proof.shares);
  return result;
}

Posterior posterior_of(const Relaxation& relaxation, const StrategyTask& task,
                       const SearchSpace& space, double least) {
  const std::size_t memories = task.problem.chip().memories.size();
  const std::span<const TensorId> decisions = task.problem.decisions().tensors();
  MEMPLACE_ASSERT(relaxation.shares.size() == decisions.size() * memories,
                  task.problem.graph().name());
  IdVector<TensorId, std::size_t> index(task.problem.graph().tensors().size(), 0);
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    index[decisions[i]] = i;
  }
  Posterior posterior(space.decisions().size(), memories);
  for (std::size_t i = 0; i < space.decisions().size(); ++i) {
    const TensorId decision = space.decisions()[i];
    double sum = 0;
    for (const MemoryId memory : space.choices(decision)) {
      double& share = posterior.row(i)[memory.index()];
      share = std::max(relaxation.shares[index[decision] * memories + memory.index()], least);
      sum += share;
    }
    for (double& share : posterior.row(i)) {
      share /= sum;
    }
  }
  return posterior;
}

}  // namespace memplace
