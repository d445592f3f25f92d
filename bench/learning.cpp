// SPDX-License-Identifier: Apache-2.0
#include "bench/learning.h"

#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/rng.h"
#include "optimizer/nn/critic_network.h"
#include "optimizer/nn/policy_network.h"

namespace memplace::bench {
namespace {

using Floats = nn::Matrix<float>;

constexpr std::size_t kFeatures = 20;
constexpr std::size_t kActions = 6;  // two decisions among three memories
constexpr std::size_t kBatch = 24;
constexpr nn::GraphUNetShape kShape{kFeatures, 128, 4, 4, 0.5};
constexpr std::size_t kSquare = 512;
constexpr double kGiga = 1e9;
constexpr double kMilliseconds = 1e3;
constexpr double kGradient = 3;  // times forward's operations

Floats random_floats(Rng& rng, std::size_t rows, std::size_t columns) {
  Floats matrix = nn::zeros<float>(rows, columns);
  for (float& number : std::span<float>(matrix.data(), rows * columns)) {
    number = static_cast<float>(rng.uniform());
  }
  return matrix;
}

// Ops hear the ops before and after them.
nn::Topology topology_of(const Graph& graph) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (const OpId op : graph.ops()) {
    const auto to = static_cast<std::uint32_t>(op.index());
    for (const OpId predecessor : graph.predecessors(op)) {
      const auto from = static_cast<std::uint32_t>(predecessor.index());
      edges.insert(edges.end(), {{from, to}, {to, from}});
    }
  }
  return {graph.ops().size(), edges};
}

// What is measured, with all it works on.
class Learner {
 public:
  explicit Learner(const Graph& graph)
      : topology_(topology_of(graph)), policy_(kShape, kActions), critic_(kShape, kActions) {
    Rng rng(1);
    policy_parameters_ = policy_.layout().initialize(rng);
    policy_gradient_.resize(policy_parameters_.size());
    critic_parameters_ = critic_.layout().initialize(rng);
    critic_gradient_.resize(critic_parameters_.size());
    features_ = random_floats(rng, topology_.nodes(), kFeatures);
    actions_ = random_floats(rng, kBatch * topology_.nodes(), kActions);
    left_ = random_floats(rng, kSquare, kSquare);
    right_ = random_floats(rng, kSquare, kSquare);
  }

  std::size_t nodes() const { return topology_.nodes(); }
  double policy_flops() const { return static_cast<double>(policy_.flops(topology_)); }
  double critic_flops() const { return static_cast<double>(critic_.flops(topology_, kBatch)); }

  void multiply() { product_.noalias() = left_ * right_; }
  void policy_forward() { logits_ = policy_.forward(policy_parameters_, topology_, features_); }
  void policy_gradient() {
    logits_ = policy_.forward(policy_parameters_, topology_, features_, &policy_tape_);
    policy_.backward(policy_parameters_, policy_tape_, logits_, policy_gradient_);
  }
  void critic_gradient() {
    critic_.forward_trunk(critic_parameters_, topology_, features_, trunk_);
    values_ = critic_.forward(critic_parameters_, trunk_, actions_, &critic_tape_);
    critic_.backward(critic_parameters_, trunk_, critic_tape_, values_, critic_gradient_, nullptr);
  }

 private:
  nn::Topology topology_;
  nn::PolicyNetwork<float> policy_;
  nn::CriticNetwork<float> critic_;
  std::vector<float> policy_parameters_, policy_gradient_, critic_parameters_, critic_gradient_;
  Floats features_, actions_, left_, right_, product_, logits_, values_;
  nn::PolicyNetwork<float>::Tape policy_tape_;
  nn::CriticNetwork<float>::Trunk trunk_;
  nn::CriticNetwork<float>::Tape critic_tape_;
};

}  // namespace

std::vector<LearningRow> measure_learning(const Graph& graph, const Effort& effort) {
  Learner learner(graph);
  struct Step {
    const char* name;
    void (Learner::*work)();
    double flops;
    std::size_t batch;
  };
  const double square = static_cast<double>(kSquare);
  const std::vector<Step> steps{
      {"product", &Learner::multiply, 2 * square * square * square, 0},
      {"policy-forward", &Learner::policy_forward, learner.policy_flops(), 0},
      {"policy-gradient", &Learner::policy_gradient, kGradient * learner.policy_flops(), 0},
      {"critic-gradient", &Learner::critic_gradient, kGradient * learner.critic_flops(), kBatch}};
  std::vector<Subject> subjects;
  subjects.reserve(steps.size());
  for (const Step& step : steps) {
    subjects.push_back({fmt::format("{}/{}", graph.name(), step.name),
                        [&learner, work = step.work](std::int64_t count) {
                          for (std::int64_t i = 0; i < count; ++i) {
                            (learner.*work)();
                          }
                        }});
  }
  const std::vector<std::vector<double>> rounds = measure_interleaved(subjects, effort);
  std::vector<LearningRow> rows;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    std::vector<double> shares;
    for (std::size_t round = 0; round < rounds[i].size(); ++round) {
      shares.push_back(rounds[i][round] * steps[i].flops / (rounds[0][round] * steps[0].flops));
    }
    const double rate = median(rounds[i]);
    rows.push_back({steps[i].name, learner.nodes(), kShape.hidden, steps[i].batch,
                    kMilliseconds / rate, rate * steps[i].flops / kGiga,
                    median(std::move(shares))});
  }
  return rows;
}

}  // namespace memplace::bench
