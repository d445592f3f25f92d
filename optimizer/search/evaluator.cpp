// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/evaluator.h"

#include <utility>
#include <variant>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/search/mapping_hash.h"
#include "sim/feasible/feasible.h"
#include "sim/metrics.h"

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

}  // namespace

Evaluator::Evaluator(const Program& program, std::unique_ptr<SimSession> session,
                     Objective objective, const Rectifier& rectifier)
    : program_(program),
      session_(std::move(session)),
      objective_(objective),
      rectifier_(rectifier) {}

Evaluated Evaluator::evaluate(const Mapping& asked) {
  look_for_stop();
  Evaluated result = rectify(asked);
  if (objective_ == Objective::kLatency) {
    result.measures.latency = simulate(result.given);
  } else {
    result.measures = measures_of(program_, session_->run(result.given));
  }
  result.cost = result.first_cost = cost_of(objective_, result.measures);
  return result;
}

std::optional<Evaluated> Evaluator::recall(const Mapping& asked, const Recalled& recalled) {
  look_for_stop();
  Evaluated result = rectify(asked);
  if (mapping_hash(result.given) != recalled.given_hash) {
    return std::nullopt;
  }
  result.measures.latency = recalled.latency;
  result.cost = result.first_cost = recalled.cost;
  return result;
}

Evaluated Evaluator::rectify(const Mapping& asked) {
  Evaluated result;
  result.asked = asked;
  const bool feasible = rectifier_.rectify_into(asked, result.given, result.epsilon);
  // EvaluatorPool saw that there is an answer to everything.
  MEMPLACE_ASSERT(feasible, program_.graph().name());
  return result;
}

// The simulator's answer is the same whichever way it is asked; this asks the fastest. A strategy
// that moves step by step stays near a base, which follows it when it has moved on.
Picoseconds Evaluator::simulate(const Mapping& given) {
  Picoseconds latency;
  if (are_near(given, base_)) {
    latency = session_->latency_near(given);
  } else if (are_near(given, last_)) {
    base_ = Mapping();  // none, where it is stopped on the way
    latency = session_->rebase(given);
    base_ = given;
  } else {
    latency = session_->latency(given);
  }
  last_ = given;
  return latency;
}

EvaluatorPool::EvaluatorPool(const Program& program, Simulator& simulator, Objective objective,
                             std::size_t threads)
    : program_(program),
      objective_(objective),
      threads_(simulator.thread_safe() ? threads : std::size_t{1}) {
  check_objective(objective, program.mode());
  const Rectifier rectifier = fitting_rectifier(program.problem);
  std::unique_ptr<SimSession> session = simulator.open(program);
  evaluators_.reserve(threads_.threads());
  for (std::size_t i = 1; i < threads_.threads(); ++i) {
    evaluators_.emplace_back(program, session->fork(), objective, rectifier);
  }
  evaluators_.emplace_back(program, std::move(session), objective, rectifier);
}

std::vector<Evaluated> EvaluatorPool::evaluate(std::span<const Proposal> proposals) {
  std::vector<std::optional<Evaluated>> found(proposals.size());
  threads_.for_each(proposals.size(), [&](std::size_t thread, std::size_t piece) {
    try {
      found[piece] = evaluators_[thread].evaluate(proposals[piece].mapping);
    } catch (const Stopped&) {  // NOLINT(bugprone-empty-catch): it stays empty
    }
  });
  std::vector<Evaluated> results;
  results.reserve(proposals.size());
  for (std::optional<Evaluated>& evaluated : found) {
    if (!evaluated.has_value()) {
      break;
    }
    results.push_back(*std::move(evaluated));
  }
  return results;
}

}  // namespace memplace
