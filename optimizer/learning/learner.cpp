// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/learner.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "optimizer/learning/policy_objective.h"

namespace memplace {
namespace {

using Matrix = nn::Matrix<float>;

// Below this the rewards of a replay are taken for equal.
constexpr double kLeastDeviation = 1e-6;

// Experiences that count as recent: some tens of generations.
constexpr std::size_t kRecent = 512;

nn::AdamRule adam_rule(double rate) {
  nn::AdamRule rule;
  rule.rate = rate;
  return rule;
}

// Room for as many actions, in which write_actions() leaves nothing as it was.
void resize_actions(const ActionSpace& actions, std::size_t samples, Matrix& matrix) {
  matrix.resize(static_cast<Eigen::Index>(samples * actions.nodes()),
                static_cast<Eigen::Index>(actions.columns()));
}

}  // namespace

Critics::Critics(const PolicyModel& model, std::span<const float> parameters)
    : model_(model), parameters_(parameters) {
  model.critic().forward_trunk(parameters, model.input().topology, model.input().features, trunk_);
}

std::vector<double> Critics::values(std::span<const Choices> choices) const {
  const ActionSpace& space = model_.actions();
  Matrix actions;
  resize_actions(space, choices.size(), actions);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    space.write_actions(choices[i], i * space.nodes(), actions);
  }
  const Matrix found = model_.critic().forward(parameters_, trunk_, actions);
  std::vector<double> values(choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    values[i] = static_cast<double>(found.row(static_cast<Eigen::Index>(i)).minCoeff());
  }
  return values;
}

Learner::Learner(const PolicyModel& model, const LearnerRule& rule, Rng& rng)
    : rule_(rule),
      policy_(model.policy().layout().initialize(rng)),
      critic_(model.critic().layout().initialize(rng)),
      teacher_(critic_),
      policy_optimizer_(policy_.size(), adam_rule(rule.policy_rate)),
      critic_optimizer_(critic_.size(), adam_rule(rule.critic_rate)) {}

void Learner::update(const PolicyModel& model, const Replay& replay, Rng& rng) {
  if (replay.size() == 0) {
    return;
  }
  update_critics(model, replay, rng);
  update_policy(model, replay, rng);
}

double Learner::target(const Replay& replay, double reward) const {
  switch (rule_.scale) {
    case TargetScale::kReward:
      return reward;
    case TargetScale::kDeviation:
      return (reward - replay.mean()) / std::max(replay.deviation(), kLeastDeviation);
    case TargetScale::kRank:
      return 2 * replay.rank(reward) - 1;
  }
  throw InternalError("no such scale of targets");
}

void Learner::update_critics(const PolicyModel& model, const Replay& replay, Rng& rng) {
  const ActionSpace& space = model.actions();
  resize_actions(space, rule_.batch, actions_);
  std::vector<double> targets(rule_.batch);
  for (std::size_t i = 0; i < rule_.batch; ++i) {
    const bool recent = rng.chance(rule_.recent);
    const std::size_t among = recent ? std::min(replay.size(), kRecent) : replay.size();
    const auto index = static_cast<std::size_t>(rng.below(among));
    const Experience& experience = recent ? replay.latest(index) : replay[index];
    space.write_actions(experience.choices, i * space.nodes(), actions_);
    targets[i] = target(replay, experience.reward);
  }
  if (rule_.noise > 0) {
    float* const values = actions_.data();
    for (std::size_t i = 0; i < rule_.batch; ++i) {
      for (std::size_t d = 0; d < space.decisions(); ++d) {
        float* const row = values + i * space.nodes() * space.columns() + space.offset(d);
        for (const MemoryId memory : space.allowed(d)) {
          const double noise = rule_.noise * rng.normal();
          row[memory.index()] +=
              static_cast<float>(std::clamp(noise, -rule_.noise_clip, rule_.noise_clip));
        }
      }
    }
  }
  const nn::CriticNetwork<float>& critic = model.critic();
  critic.forward_trunk(critic_, model.input().topology, model.input().features, trunk_);
  Matrix error = critic.forward(critic_, trunk_, actions_, &tape_);
  const auto scale = static_cast<float>(2.0 / static_cast<double>(rule_.batch));
  for (std::size_t i = 0; i < rule_.batch; ++i) {
    for (Eigen::Index k = 0; k < error.cols(); ++k) {
      float& value = error(static_cast<Eigen::Index>(i), k);
      value = scale * (value - static_cast<float>(targets[i]));
    }
  }
  gradient_.assign(critic_.size(), 0);
  critic.backward(critic_, trunk_, tape_, error, gradient_, nullptr);
  critic_optimizer_.step(critic_, gradient_);
  nn::follow(teacher_, critic_, rule_.tau);
}

void Learner::update_policy(const PolicyModel& model, const Replay& replay, Rng& rng) {
  const ActionSpace& space = model.actions();
  nn::PolicyNetwork<float>::Tape policy_tape;
  const Matrix logits =
      model.policy().forward(policy_, model.input().topology, model.input().features, &policy_tape);
  const Posterior posterior = space.posterior(logits);

  resize_actions(space, rule_.batch, actions_);
  Choices drawn(space.decisions());
  for (std::size_t i = 0; i < rule_.batch; ++i) {
    for (std::size_t d = 0; d < space.decisions(); ++d) {
      drawn[d] = static_cast<std::uint8_t>(
          pick(space.allowed(d), posterior.row(d), rng.uniform()).index());
    }
    space.write_actions(drawn, i * space.nodes(), actions_);
  }
  const nn::CriticNetwork<float>& critic = model.critic();
  critic.forward_trunk(teacher_, model.input().topology, model.input().features, trunk_);
  const Matrix values = critic.forward(teacher_, trunk_, actions_, &tape_);
  Matrix d_values = Matrix::Zero(values.rows(), values.cols());
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    d_values(i, values(i, 0) <= values(i, 1) ? 0 : 1) = 1.0F / static_cast<float>(rule_.batch);
  }
  Matrix d_actions;
  critic.backward(teacher_, trunk_, tape_, d_values, {}, &d_actions);

  PolicyObjective objective{Posterior(space.decisions(), space.memories()), rule_.alpha,
                            rule_.imitation, replay.best()};
  const std::size_t stride = space.nodes() * space.columns();
  for (std::size_t sample = 0; sample < rule_.batch; ++sample) {
    const float* const derivative = d_actions.data() + sample * stride;
    for (std::size_t i = 0; i < space.decisions(); ++i) {
      for (const MemoryId memory : space.allowed(i)) {
        objective.values.row(i)[memory.index()] +=
            static_cast<double>(derivative[space.offset(i) + memory.index()]);
      }
    }
  }
  step_policy(model, policy_tape, logit_gradient(space, posterior, objective));
}

// Uphill.
void Learner::step_policy(const PolicyModel& model, const nn::PolicyNetwork<float>::Tape& tape,
                          const std::vector<double>& by_logits) {
  Matrix d_logits(static_cast<Eigen::Index>(model.actions().nodes()),
                  static_cast<Eigen::Index>(model.actions().columns()));
  std::transform(by_logits.begin(), by_logits.end(), d_logits.data(),
                 [](double value) { return static_cast<float>(-value); });
  gradient_.assign(policy_.size(), 0);
  model.policy().backward(policy_, tape, d_logits, gradient_);
  policy_optimizer_.step(policy_, gradient_);
}

void Learner::imitate(const PolicyModel& model, const Experience& example, std::size_t steps) {
  const ActionSpace& space = model.actions();
  const PolicyObjective objective{
      Posterior(space.decisions(), space.memories()), 0, 1, {&example, 1}};
  for (std::size_t step = 0; step < steps; ++step) {
    nn::PolicyNetwork<float>::Tape tape;
    const Posterior posterior = space.posterior(
        model.policy().forward(policy_, model.input().topology, model.input().features, &tape));
    step_policy(model, tape, logit_gradient(space, posterior, objective));
  }
}

void Learner::set_policy(std::vector<float> parameters) {
  MEMPLACE_ASSERT(parameters.size() == policy_.size(), std::to_string(parameters.size()));
  policy_ = std::move(parameters);
}

namespace {

void save_optimizer(ArchiveWriter& archive, const nn::Adam& optimizer) {
  archive.write_u64(optimizer.steps());
  archive.write_floats(optimizer.first());
  archive.write_floats(optimizer.second());
}

std::vector<float> load_floats(ArchiveReader& archive, std::size_t size) {
  std::vector<float> values = archive.read_floats();
  if (values.size() != size) {
    archive.fail("holds a network of another shape");
  }
  return values;
}

void load_optimizer(ArchiveReader& archive, std::size_t size, nn::Adam& optimizer) {
  const std::uint64_t steps = archive.read_u64();
  std::vector<float> first = load_floats(archive, size);
  std::vector<float> second = load_floats(archive, size);
  optimizer.restore(steps, std::move(first), std::move(second));
}

}  // namespace

void Learner::save(ArchiveWriter& archive) const {
  archive.write_floats(policy_);
  archive.write_floats(critic_);
  archive.write_floats(teacher_);
  save_optimizer(archive, policy_optimizer_);
  save_optimizer(archive, critic_optimizer_);
}

void Learner::load(ArchiveReader& archive) {
  policy_ = load_floats(archive, policy_.size());
  critic_ = load_floats(archive, critic_.size());
  teacher_ = load_floats(archive, teacher_.size());
  load_optimizer(archive, policy_.size(), policy_optimizer_);
  load_optimizer(archive, critic_.size(), critic_optimizer_);
}

}  // namespace memplace
