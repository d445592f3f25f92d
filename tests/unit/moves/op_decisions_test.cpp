// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/op_decisions.h"

#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/placement/constraint_patterns.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

StrategyTask task_of(const Program& program) { return {program.problem}; }

// "op: decision decision;" of each.
std::string text_of(const Graph& graph, const std::vector<OpDecisions>& ops) {
  std::string text;
  for (const OpDecisions& op : ops) {
    text += graph.op(op.op).name + ":";
    for (const TensorId id : op.decisions) {
      text += " " + graph.tensor(id).name;
    }
    text += " " + std::to_string(op.bytes.count()) + "; ";
  }
  return text;
}

// d reads a's weights, which are a's to decide on; its own output is the graph's.
const std::string kShared =
    "input x 8\n"
    "a: grid(out=4,in=8) w=32 in=x out=24\n"
    "b: elementwise(24) in=a out=24\n"
    "c: grid(out=8,in=8) w=48 in=b out=16\n"
    "d: grid(out=8,in=4) w=a.weights in=c out=8\n";

}  // namespace

TEST_CASE("decisions come op by op", "[op-decisions]") {
  const Program program = toy_program(kShared);
  const SearchSpace space(task_of(program));
  std::vector<OpDecisions> ops = decisions_by_op(program.graph(), space);
  CHECK(text_of(program.graph(), ops) ==
        "a: a.weights a.out 56; b: b.out 24; c: c.weights c.out 64; ");
  sort_by(OpOrder::kBytes, ops);
  CHECK(text_of(program.graph(), ops) ==
        "c: c.weights c.out 64; a: a.weights a.out 56; b: b.out 24; ");
  sort_by(OpOrder::kSchedule, ops);
  CHECK(text_of(program.graph(), ops) ==
        "a: a.weights a.out 56; b: b.out 24; c: c.weights c.out 64; ");
}

// Pinned to one memory, c's weights are nobody's to decide.
TEST_CASE("decisions that are not free belong to no op", "[op-decisions]") {
  const Program program = toy_program(kShared);
  const std::vector<std::string> pins{"c.weights=llc"};
  const Constraints constraints = read_constraints(program.problem, pins, {});
  const SearchSpace space(StrategyTask{program.problem.under(constraints)});
  CHECK(text_of(program.graph(), decisions_by_op(program.graph(), space)) ==
        "a: a.weights a.out 56; b: b.out 24; c: c.out 16; ");
}

TEST_CASE("variants are all combinations but the op's own", "[op-decisions]") {
  const Program program = toy_program(kShared);
  const StrategyTask task = task_of(program);
  const SearchSpace space(task);
  const std::vector<OpDecisions> ops = decisions_by_op(program.graph(), space);
  const auto letters = [&](const OpDecisions& op, MemoryId base) {
    std::set<std::string> found;
    for (const Mapping& mapping :
         variants(task, space, op, uniform_mapping(program.problem, base))) {
      CHECK_NOTHROW(check_settled(program.problem, mapping));
      std::string text;
      for (const TensorId id : program.problem.decisions().tensors()) {
        text += "dls"[mapping[id].index()];
      }
      found.insert(text);
    }
    return found;
  };
  CHECK(letters(ops[0], kDram) == std::set<std::string>{"dlddd", "dsddd", "ldddd", "llddd", "lsddd",
                                                        "sdddd", "slddd", "ssddd"});
  CHECK(letters(ops[1], kLlc) == std::set<std::string>{"lldll", "llsll"});
}

}  // namespace memplace::test
