// SPDX-License-Identifier: Apache-2.0
#include "optimizer/relaxation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "optimizer/bound/bound.h"
#include "sim/timing/program.h"

namespace memplace {
namespace {

// Less than for a bound of its own: what it finds is only where to begin.
constexpr BoundEffort kEffort{40, 1, 100, 60, 300, 1};

Mapping rounded(const StrategyTask& task, const std::vector<double>& shares) {
  const std::size_t memories = task.chip.memories.size();
  Mapping mapping = uniform_mapping(task.graph, task.chip, task.chip.slowest());
  for (std::size_t i = 0; i < task.graph.decisions().size(); ++i) {
    const auto first = shares.begin() + static_cast<std::ptrdiff_t>(i * memories);
    const auto most = std::max_element(first, first + static_cast<std::ptrdiff_t>(memories));
    mapping[task.graph.decisions()[i]] = MemoryId(static_cast<std::size_t>(most - first));
  }
  settle(task.graph, task.chip, mapping);
  return mapping;
}

}  // namespace

Relaxation relax(const StrategyTask& task, Picoseconds known, std::size_t most) {
  const Program program = lower(std::make_shared<const Graph>(task.graph), task.chip, task.mode);
  BoundRequest request;
  request.effort = kEffort;
  request.known = known;
  if (task.constraints != nullptr) {
    request.constraints = *task.constraints;
  }
  Bound bound = prove_bound(program, request);
  Relaxation result;
  const auto add = [&](Mapping mapping) {
    const auto& all = result.mappings;
    if (all.size() < most && std::find(all.begin(), all.end(), mapping) == all.end()) {
      result.mappings.push_back(std::move(mapping));
    }
  };
  const std::size_t chain = bound.claimed.has_value() && !bound.mappings.empty() ? 1 : 0;
  for (std::size_t i = 0; i < chain; ++i) {
    add(bound.mappings[i]);
  }
  if (!bound.shares.empty()) {
    add(rounded(task, bound.shares));
  }
  for (std::size_t i = bound.mappings.size(); i-- > chain;) {
    add(std::move(bound.mappings[i]));
  }
  result.shares = std::move(bound.shares);
  return result;
}

Posterior posterior_of(const Relaxation& relaxation, const StrategyTask& task,
                       const SearchSpace& space, double least) {
  const std::size_t memories = task.chip.memories.size();
  MEMPLACE_ASSERT(relaxation.shares.size() == task.graph.decisions().size() * memories,
                  task.graph.name());
  IdVector<TensorId, std::size_t> index(task.graph.tensors().size(), 0);
  for (std::size_t i = 0; i < task.graph.decisions().size(); ++i) {
    index[task.graph.decisions()[i]] = i;
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
