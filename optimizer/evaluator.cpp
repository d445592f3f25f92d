// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evaluator.h"

#include <utility>
#include <variant>

#include "base/error.h"
#include "optimizer/mapping_hash.h"

namespace memplace {
namespace {

// Mappings that differ in more tensors than one in this many are not near.
constexpr std::size_t kNearShare = 16;

bool are_near(const Mapping& a, const Mapping& b) {
  if (a.size() != b.size()) {
    return false;
  }
  std::size_t different = 0;
  for (const TensorId tensor : a.ids()) {
    different += a[tensor] == b[tensor] ? 0U : 1U;
  }
  return different * kNearShare <= a.size();
}

// A rectifier that was seen to have an answer to every mapping.
Rectifier make_rectifier(const Program& program, const EvaluationRules& rules) {
  Rectifier rectifier(*program.graph, program.chip, program.mode, rules.effort, rules.constraints);
  const RectifyResult slowest =
      rectifier.rectify(slowest_allowed(*program.graph, program.chip, rules.constraints));
  if (const auto* infeasible = std::get_if<Infeasible>(&slowest)) {
    throw Error(infeasible->message);
  }
  return rectifier;
}

}  // namespace

Evaluator::Evaluator(const Program& program, std::unique_ptr<SimSession> session,
                     Objective objective, const Rectifier& rectifier)
    : program_(program),
      session_(std::move(session)),
      objective_(objective),
      rectifier_(rectifier) {}

Evaluated Evaluator::evaluate(const Mapping& asked) {
  Evaluated result = rectify(asked);
  if (objective_ == Objective::kLatency) {
    result.latency = simulate(result.given);
    result.cost = static_cast<double>(result.latency.count());
  } else {
    const SimResult run = session_->run(result.given);
    result.latency = run.latency;
    result.cost = cost_of(objective_, program_, run);
  }
  return result;
}

std::optional<Evaluated> Evaluator::recall(const Mapping& asked, const Recalled& recalled) {
  Evaluated result = rectify(asked);
  if (mapping_hash(result.given) != recalled.given_hash) {
    return std::nullopt;
  }
  result.latency = recalled.latency;
  result.cost = recalled.cost;
  return result;
}

Evaluated Evaluator::rectify(const Mapping& asked) {
  Evaluated result;
  result.asked = asked;
  const bool feasible = rectifier_.rectify_into(asked, result.given, result.epsilon);
  // make_rectifier() saw that there is an answer to everything.
  MEMPLACE_ASSERT(feasible, program_.graph->name());
  return result;
}

// The simulator's answer is the same whichever way it is asked; this asks the fastest. A strategy
// that moves step by step stays near a base, which follows it when it has moved on.
Picoseconds Evaluator::simulate(const Mapping& given) {
  Picoseconds latency;
  if (are_near(given, base_)) {
    latency = session_->latency_near(given);
  } else if (are_near(given, last_)) {
    latency = session_->rebase(given);
    base_ = given;
  } else {
    latency = session_->latency(given);
  }
  last_ = given;
  return latency;
}

EvaluatorPool::EvaluatorPool(const Program& program, Simulator& simulator, EvaluationRules rules,
                             std::size_t threads)
    : program_(program),
      rules_(std::move(rules)),
      threads_(simulator.thread_safe() ? threads : std::size_t{1}) {
  check_objective(rules_.objective, program.mode);
  const Rectifier rectifier = make_rectifier(program, rules_);
  std::unique_ptr<SimSession> session = simulator.open(program);
  evaluators_.reserve(threads_.threads());
  for (std::size_t i = 1; i < threads_.threads(); ++i) {
    evaluators_.emplace_back(program, session->fork(), rules_.objective, rectifier);
  }
  evaluators_.emplace_back(program, std::move(session), rules_.objective, rectifier);
}

std::vector<Evaluated> EvaluatorPool::evaluate(std::span<const Proposal> proposals) {
  std::vector<Evaluated> results(proposals.size());
  threads_.for_each(proposals.size(), [&](std::size_t thread, std::size_t piece) {
    results[piece] = evaluators_[thread].evaluate(proposals[piece].mapping);
  });
  return results;
}

}  // namespace memplace
