// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/action_space.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "optimizer/moves/op_decisions.h"

namespace memplace {

ActionSpace::ActionSpace(const StrategyTask& task, const SearchSpace& space)
    : space_(&space),
      problem_(task.problem),
      nodes_(task.problem.graph().ops().size()),
      memories_(task.problem.chip().memories.size()),
      first_(space.decisions().size()) {
  IdVector<TensorId, std::size_t> place(task.problem.graph().tensors().size());
  for (const OpDecisions& op : decisions_by_op(task.problem.graph(), space)) {
    for (const TensorId id : op.decisions) {
      const bool output = task.problem.graph().tensor(id).kind != TensorKind::kWeights;
      place[id] = op.op.index() * columns() + (output ? memories_ : 0);
    }
  }
  for (std::size_t i = 0; i < first_.size(); ++i) {
    first_[i] = place[space.decisions()[i]];
  }
}

Posterior ActionSpace::posterior(const nn::Matrix<float>& logits) const {
  Posterior posterior(decisions(), memories_);
  for (std::size_t i = 0; i < decisions(); ++i) {
    const float* const row = logits.data() + first_[i];
    double largest = row[allowed(i).front().index()];
    for (const MemoryId memory : allowed(i)) {
      largest = std::max(largest, static_cast<double>(row[memory.index()]));
    }
    double sum = 0;
    for (const MemoryId memory : allowed(i)) {
      double& probability = posterior.row(i)[memory.index()];
      probability = std::exp(static_cast<double>(row[memory.index()]) - largest);
      sum += probability;
    }
    for (double& probability : posterior.row(i)) {
      probability /= sum;
    }
  }
  return posterior;
}

Choices ActionSpace::choices(const Mapping& mapping) const {
  Choices choices;
  choices.reserve(decisions());
  for (const TensorId id : space_->decisions()) {
    choices.push_back(static_cast<std::uint8_t>(mapping[id].index()));
  }
  return choices;
}

Mapping ActionSpace::mapping(const Choices& choices, Mapping base) const {
  MEMPLACE_ASSERT(choices.size() == decisions(), std::to_string(choices.size()));
  for (std::size_t i = 0; i < choices.size(); ++i) {
    base[space_->decisions()[i]] = MemoryId(choices[i]);
  }
  settle(problem_, base);
  return base;
}

void ActionSpace::write_actions(const Choices& choices, std::size_t row,
                                nn::Matrix<float>& actions) const {
  MEMPLACE_ASSERT(choices.size() == decisions(), std::to_string(choices.size()));
  actions.middleRows(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(nodes_)).setZero();
  float* const begin = actions.data() + row * columns();
  for (std::size_t i = 0; i < decisions(); ++i) {
    begin[first_[i] + choices[i]] = 1;
  }
}

}  // namespace memplace
