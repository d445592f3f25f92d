// SPDX-License-Identifier: Apache-2.0
// A toy task with a small graph network for its policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "optimizer/learning/action_space.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

inline PolicyShape toy_shape() {
  PolicyShape shape;
  shape.hidden = 6;
  shape.heads = 2;
  shape.depth = 2;
  shape.memories = 3;
  return shape;
}

// Everything refers to what is above it, so it stays where it is.
struct LearningToy {
  explicit LearningToy(const std::string& text, const std::vector<std::string>& forbids = {})
      : LearningToy(toy_program(text), forbids) {}
  explicit LearningToy(const Program& of, const std::vector<std::string>& forbids = {})
      : program(under(of, read_constraints(of.problem, {}, forbids))),
        task{program.problem, 1, 100},
        space(task),
        actions(task, space),
        model(std::make_shared<PolicyModel>(task, space, toy_shape())) {}
  LearningToy(const LearningToy&) = delete;
  LearningToy& operator=(const LearningToy&) = delete;
  LearningToy(LearningToy&&) = delete;
  LearningToy& operator=(LearningToy&&) = delete;
  ~LearningToy() = default;

  std::vector<float> parameters(std::uint64_t seed) const {
    Rng rng(seed);
    return model->policy().layout().initialize(rng);
  }
  Mapping in(MemoryId memory) const { return uniform_mapping(program.problem, memory); }

  // Of memories that are allowed.
  Choices random_choices(Rng& rng) const {
    Choices choices;
    choices.reserve(actions.decisions());
    for (std::size_t i = 0; i < actions.decisions(); ++i) {
      const auto allowed = actions.allowed(i);
      choices.push_back(static_cast<std::uint8_t>(allowed[rng.below(allowed.size())].index()));
    }
    return choices;
  }

  Program program;
  StrategyTask task;
  SearchSpace space;
  ActionSpace actions;
  std::shared_ptr<const PolicyModel> model;
};

}  // namespace memplace::test
