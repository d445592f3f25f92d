// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/sac.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "optimizer/learning/policy_objective.h"
#include "optimizer/search/archive_items.h"

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

TwinCritics::TwinCritics(const PolicyModel& model, std::span<const float> parameters)
    : model_(model), parameters_(parameters) {
  model.critic().forward_trunk(parameters, model.input().topology, model.input().features, trunk_);
}

std::vector<double> TwinCritics::values(std::span<const Choices> choices) const {
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

SacLearner::SacLearner(const PolicyModel& model, const SacRule& rule, Rng& rng)
    : rule_(rule),
      policy_(model.policy().layout().initialize(rng)),
      critic_(model.critic().layout().initialize(rng)),
      teacher_(critic_),
      policy_optimizer_(policy_.size(), adam_rule(rule.policy_rate)),
      critic_optimizer_(critic_.size(), adam_rule(rule.critic_rate)) {}

void SacLearner::update(const PolicyModel& model, const Replay& replay, Rng& rng) {
  if (replay.size() == 0) {
    return;
  }
  update_critics(model, replay, rng);
  update_policy(model, replay, rng);
}

double SacLearner::target(const Replay& replay, double reward) const {
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

void SacLearner::update_critics(const PolicyModel& model, const Replay& replay, Rng& rng) {
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

void SacLearner::update_policy(const PolicyModel& model, const Replay& replay, Rng& rng) {
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
void SacLearner::step_policy(const PolicyModel& model, const nn::PolicyNetwork<float>::Tape& tape,
                             const std::vector<double>& by_logits) {
  Matrix d_logits(static_cast<Eigen::Index>(model.actions().nodes()),
                  static_cast<Eigen::Index>(model.actions().columns()));
  std::transform(by_logits.begin(), by_logits.end(), d_logits.data(),
                 [](double value) { return static_cast<float>(-value); });
  gradient_.assign(policy_.size(), 0);
  model.policy().backward(policy_, tape, d_logits, gradient_);
  policy_optimizer_.step(policy_, gradient_);
}

void SacLearner::imitate(const PolicyModel& model, const Experience& example, std::size_t steps) {
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

std::unique_ptr<const Critic> SacLearner::critic(const PolicyModel& model) const {
  return std::make_unique<const TwinCritics>(model, critic_);
}

void SacLearner::set_policy(std::vector<float> parameters) {
  MEMPLACE_ASSERT(parameters.size() == policy_.size(), std::to_string(parameters.size()));
  policy_ = std::move(parameters);
}

void SacLearner::visit(auto& archive, auto& self) {
  for (auto* parameters : {&self.policy_, &self.critic_, &self.teacher_}) {
    archive.items_within(*parameters, -nn::kMostParameter, nn::kMostParameter);
  }
  for (auto* optimizer : {&self.policy_optimizer_, &self.critic_optimizer_}) {
    optimizer->visit([&](auto& steps, auto& first, auto& second) {
      times_item(archive, steps);
      archive.items_within(first, -kMostFloat, kMostFloat);
      archive.items_within(second, 0, kMostFloat);
    });
  }
}

void SacLearner::save(ArchiveWriter& archive) const { visit(archive, *this); }
void SacLearner::load(ArchiveReader& archive) { visit(archive, *this); }

namespace {

OptionTable<SacRule> sac_options() {
  using Rule = SacRule;
  OptionTable<Rule> options;
  options.number("policy_rate", "learning rate of the policy", 0, 1, &Rule::policy_rate)
      .number("critic_rate", "learning rate of the critics", 0, 1, &Rule::critic_rate)
      .number("alpha", "weight of the policy's entropy", 0, 100, &Rule::alpha)
      .number("tau", "by which the critics that teach the policy follow the trained ones", 0, 1,
              &Rule::tau)
      .number("batch", "experiences, and samples of the policy, in a step", 1, 256, &Rule::batch)
      .number("recent", "part of those experiences that is drawn from the latest 512", 0, 1,
              &Rule::recent)
      .number("noise", "deviation of the noise on actions that critics learn from", 0, 10,
              &Rule::noise)
      .number("noise_clip", "that noise at most, either way", 0, 10, &Rule::noise_clip)
      .number("imitation", "weight of the likelihood of the best mappings", 0, 1000,
              &Rule::imitation)
      .choice("targets",
              "what critics learn of a reward: how far it is off the mean in deviations, its rank "
              "in the replay, or itself",
              NamedValues<TargetScale>{{"deviation", TargetScale::kDeviation},
                                       {"rank", TargetScale::kRank},
                                       {"reward", TargetScale::kReward}},
              &Rule::scale);
  return options;
}

}  // namespace

LearnerInfo SacLearner::info() {
  const OptionTable<SacRule> options = sac_options();
  return {"sac", "discrete soft actor-critic", options.infos(),
          [options](const PolicyModel& model, const Options& given, Rng& rng) {
            return std::make_unique<SacLearner>(model, options.read(given), rng);
          }};
}

}  // namespace memplace
