// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evaluator.h"

#include <variant>

#include "base/error.h"

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

Evaluator::Evaluator(const Program& program, Simulator& simulator)
    : program_(program),
      session_(simulator.open(program)),
      rectifier_(*program.graph, program.chip, program.mode) {
  const RectifyResult slowest =
      rectifier_.rectify(uniform_mapping(*program.graph, program.chip, program.chip.slowest()));
  if (const auto* infeasible = std::get_if<Infeasible>(&slowest)) {
    throw Error(infeasible->message);
  }
}

Evaluated Evaluator::evaluate(const Mapping& asked) {
  Evaluated result;
  result.asked = asked;
  const bool feasible = rectifier_.rectify_into(asked, result.given, result.epsilon);
  // The constructor saw that the slowest memory holds everything, so it holds any part of it.
  MEMPLACE_ASSERT(feasible, program_.graph->name());
  result.latency = simulate(result.given);
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

}  // namespace memplace
