// SPDX-License-Identifier: Apache-2.0
// Discrete soft actor-critic on one-shot episodes: EGRL's policy gradient. docs/strategies/pg.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"
#include "optimizer/learning/learner.h"
#include "optimizer/learning/policy_model.h"
#include "optimizer/learning/replay.h"
#include "optimizer/nn/adam.h"
#include "optimizer/nn/matrix.h"
#include "optimizer/search/option_table.h"

namespace memplace {

// What critics learn of a reward.
enum class TargetScale {
  kReward,     // itself
  kDeviation,  // less the replay's mean, over its deviation
  kRank,       // its rank in the replay, from -1 to 1: what is alike in reward is told apart too
};

struct SacRule {
  double policy_rate = 1e-3;
  double critic_rate = 1e-3;
  double alpha = 0.05;      // weight of the entropy
  double tau = 1;           // by which the critics that teach the policy follow the trained ones
  std::size_t batch = 24;   // experiences, and samples of the policy, of a step
  double recent = 0;        // part of a batch that is drawn from the latest experiences
  double noise = 0.2;       // deviation added to one-hot actions that the critics see
  double noise_clip = 0.5;  // at most, either way
  double imitation = 1;     // weight of the likelihood of the best mappings
  TargetScale scale = TargetScale::kDeviation;
};

// Trained critics; a value is the lesser of the twins', in the unit that they learn. The trunk has
// run once for all questions.
class TwinCritics final : public Critic {
 public:
  // Both outlive it.
  TwinCritics(const PolicyModel& model, std::span<const float> parameters);

  std::vector<double> values(std::span<const Choices> choices) const override;

 private:
  const PolicyModel& model_;
  std::span<const float> parameters_;
  nn::CriticNetwork<float>::Trunk trunk_;
};

// One episode is one decision on everything, so the value of an action is its expected reward and
// nothing is bootstrapped:
//   critics  least (Q(s, a + noise) - reward)^2, twin
//   policy   greatest min(Q1, Q2)(s, a) + alpha * mean entropy + imitation * mean log-likelihood
// where a is drawn from the policy, its derivative taken as that of the probabilities (straight
// through), and the entropy of each decision is in closed form. The state never changes: one
// forward pass of the policy serves all samples of a step, one of the critics' trunk all actions.
class SacLearner final : public Learner {
 public:
  SacLearner(const PolicyModel& model, const SacRule& rule, Rng& rng);

  // One gradient step of the critics and one of the policy.
  void update(const PolicyModel& model, const Replay& replay, Rng& rng) override;
  void imitate(const PolicyModel& model, const Experience& example, std::size_t steps) override;

  std::span<const float> policy() const override { return policy_; }
  bool is_new() const override { return policy_optimizer_.steps() == 0; }
  void set_policy(std::vector<float> parameters) override;

  std::unique_ptr<const Critic> critic(const PolicyModel& model) const override;

  void save(ArchiveWriter& archive) const override;
  void load(ArchiveReader& archive) override;

  static LearnerInfo info();

 private:
  static void visit(auto& archive, auto& self);
  double target(const Replay& replay, double reward) const;
  void update_critics(const PolicyModel& model, const Replay& replay, Rng& rng);
  void update_policy(const PolicyModel& model, const Replay& replay, Rng& rng);
  void step_policy(const PolicyModel& model, const nn::PolicyNetwork<float>::Tape& tape,
                   const std::vector<double>& by_logits);

  SacRule rule_;
  std::vector<float> policy_;
  std::vector<float> critic_;
  std::vector<float> teacher_;  // the critics that the policy learns from
  nn::Adam policy_optimizer_;
  nn::Adam critic_optimizer_;

  // Scratch, kept so that its memory is.
  std::vector<float> gradient_;
  nn::Matrix<float> actions_;
  nn::CriticNetwork<float>::Trunk trunk_;
  nn::CriticNetwork<float>::Tape tape_;
};

}  // namespace memplace
