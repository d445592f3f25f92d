// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evaluator.h"

#include <variant>

#include "base/error.h"

namespace memplace {

Evaluator::Evaluator(const Program& program, Simulator& simulator)
    : program_(program),
      simulator_(simulator),
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
  result.latency = simulator_.run(program_, result.given).latency;
  return result;
}

}  // namespace memplace
