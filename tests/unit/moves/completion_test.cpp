// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/completion.h"

#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/feasible/occupancy.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/random_chip.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// Decisions: a.weights (24 B), a.out (3 B), b.weights (24 B). sram (32 B) holds one of the weights
// with a.out, llc (64 B) everything.
const std::string kTwoWeights =
    "input x 8\n"
    "a: grid(out=3,in=8) w=24 in=x out=3\n"
    "b: grid(out=3,in=3) w=24 in=a out=3\n";

// The letters of the memories of all decisions, completed from `wish` with those decisions decided
// that have a capital letter in it; "none" where that cannot be.
std::string completed(const Program& program, const std::string& wish,
                      const Constraints& constraints = {}) {
  Completion completion(StrategyTask{program.problem.under(constraints)});
  Mapping mapping = uniform_mapping(program.problem, kDram);
  std::size_t next = 0;
  for (const TensorId id : program.problem.decisions().tensors()) {
    const std::size_t letter = std::string("dlsDLS").find(wish[next++]);
    mapping[id] = MemoryId(letter % 3);
    if (letter >= 3) {
      completion.decide(id);
    }
  }
  const std::optional<Mapping> whole = completion.complete(mapping);
  if (!whole.has_value()) {
    return "none";
  }
  std::string text;
  for (const TensorId id : program.problem.decisions().tensors()) {
    text += "dls"[(*whole)[id].index()];
  }
  return text;
}

}  // namespace

TEST_CASE("what is not decided takes the room that is left", "[completion]") {
  const Program program = toy_program(kTwoWeights);
  // Nothing decided: a's weights are first in schedule order, 24 + 3 B, and b's do not fit sram.
  CHECK(completed(program, "ddd") == "ssl");
  // b's weights have sram, whatever a's ask for.
  CHECK(completed(program, "ddS") == "lss");
  CHECK(completed(program, "sdS") == "lss");
  // What is decided stays, however much room there is.
  CHECK(completed(program, "Ddd") == "dss");
  CHECK(completed(program, "DDL") == "ddl");
}

TEST_CASE("what is decided must fit", "[completion]") {
  const Program program = toy_program(kTwoWeights);
  CHECK(completed(program, "SdS") == "none");
  CHECK(completed(program, "SdL") == "ssl");
}

TEST_CASE("completion heeds constraints", "[completion]") {
  const Program program = toy_program(kTwoWeights);
  const std::vector<std::string> forbids{"a.weights=sram"};
  const Constraints forbidden = read_constraints(program.problem, {}, forbids);
  CHECK(completed(program, "ddd", forbidden) == "lss");
  // Pinned to dram, where it is, it does not move.
  const std::vector<std::string> pins{"b.weights=dram"};
  const Constraints pinned = read_constraints(program.problem, pins, {});
  CHECK(completed(program, "ddd", pinned) == "ssd");
}

TEST_CASE("forgetting frees what was decided", "[completion]") {
  const Program program = toy_program(kTwoWeights);
  Completion completion({program.problem});
  const Mapping slow = uniform_mapping(program.problem, kDram);
  for (const TensorId id : program.problem.decisions().tensors()) {
    completion.decide(id);
  }
  CHECK(completion.complete(slow) == slow);
  completion.forget();
  CHECK(completion.complete(slow) != slow);
}

// Whatever is asked for and decided.
TEST_CASE("completed mappings are feasible and keep what is decided", "[completion][property]") {
  Rng rng(4);
  int completed_count = 0;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const Program program = random_toy_program(rng, 20);
    const StrategyTask task{program.problem};
    Completion completion(task);
    const Mapping asked = random_mapping(rng, program.graph(), program.chip());
    std::vector<TensorId> decided;
    for (const TensorId id : program.problem.decisions().tensors()) {
      if (rng.chance(0.2)) {
        completion.decide(id);
        decided.push_back(id);
      }
    }
    const std::optional<Mapping> whole = completion.complete(asked);
    if (!whole.has_value()) {
      CHECK_FALSE(decided.empty());
      continue;
    }
    ++completed_count;
    CHECK_NOTHROW(check_settled(program.problem, *whole));
    CHECK(is_feasible(program.problem, *whole));
    for (const TensorId id : decided) {
      CHECK((*whole)[id] == asked[id]);
    }
  }
  CHECK(completed_count >= 100);
}

}  // namespace memplace::test
