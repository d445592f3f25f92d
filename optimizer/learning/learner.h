// SPDX-License-Identifier: Apache-2.0
// What learns a policy from mappings that were evaluated.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/learning/replay.h"
#include "optimizer/search/options.h"

namespace memplace {

// What a learner expects of mappings.
class Critic {
 public:
  virtual ~Critic() = default;
  // By mapping; more is better. In a unit of the learner's own.
  virtual std::vector<double> values(std::span<const Choices> choices) const = 0;
};

// Every function is handed the network of a task. They may be of several tasks: all of the shape of
// the first.
class Learner {
 public:
  virtual ~Learner() = default;

  // One step of learning. Nothing where `replay` is empty.
  virtual void update(const PolicyModel& model, const Replay& replay, Rng& rng) = 0;

  // `steps` steps of the policy alone toward the choices of `example`.
  virtual void imitate(const PolicyModel& model, const Experience& example, std::size_t steps) = 0;

  // The parameters of the policy. Valid until the next call of anything.
  virtual std::span<const float> policy() const = 0;
  // Whether nothing changed the policy yet.
  virtual bool is_new() const = 0;
  // Throws InternalError unless it has as many numbers as the shape has.
  virtual void set_policy(std::vector<float> parameters) = 0;

  // As it is now; null where it has none. Valid until the next call of anything.
  virtual std::unique_ptr<const Critic> critic(const PolicyModel& model) const = 0;

  virtual void save(ArchiveWriter& archive) const = 0;
  // Throws Error where the archive holds no such learner.
  virtual void load(ArchiveReader& archive) = 0;
};

// A learner of several searches (StrategyTask::warm): the first that learns puts its own here, the
// others take it.
struct SharedLearner {
  std::shared_ptr<Learner> learner;
};

// A row of the table of learners.
struct LearnerInfo {
  std::string name;
  std::string summary;
  std::vector<OptionInfo> options;
  // With parameters drawn from `rng`. `options` has those of this row, among others.
  std::function<std::unique_ptr<Learner>(const PolicyModel& model, const Options& options,
                                         Rng& rng)>
      make;
};

// Every learner, the default first.
std::span<const LearnerInfo> learners();

// `name` is one of theirs.
const LearnerInfo& find_learner(std::string_view name);

}  // namespace memplace
