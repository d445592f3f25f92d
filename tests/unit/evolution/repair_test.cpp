// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/repair.h"

#include <cstddef>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "sim/feasible/occupancy.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

TensorId tensor(const Graph& graph, const std::string& name) {
  for (const TensorId id : graph.tensors()) {
    if (graph.tensor(id).name == name) {
      return id;
    }
  }
  FAIL("no tensor " << name);
  return TensorId(0);
}

struct Repaired {
  explicit Repaired(const std::string& text) : program(toy_program(text)) {}

  Program program;
  StrategyTask task{program.problem};
  SearchSpace space{task};
  Repair repair{task, space};
  const Graph& graph = program.graph();

  Mapping all(MemoryId memory) const {
    return uniform_mapping(Problem(graph, program.chip()), memory);
  }
};

}  // namespace

TEST_CASE("a repaired mapping is feasible, and a feasible one is left alone", "[evolution]") {
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    const Program program = random_toy_program(rng, 12);
    const StrategyTask task{program.problem};
    const SearchSpace space(task);
    Repair repair(task, space);
    Mapping asked = uniform_mapping(program.problem, program.chip().slowest());
    const Mapping parent = asked;
    for (const TensorId id : space.decisions()) {
      asked[id] = MemoryId(rng.below(program.chip().memories.size()));
    }
    settle(program.problem, asked);
    const Mapping repaired = repair.repair(asked, parent, rng);
    CHECK_NOTHROW(check_settled(program.problem, repaired));
    CHECK(is_feasible(program.problem, repaired));
    CHECK(repair.repair(repaired, parent, rng) == repaired);
    for (const TensorId id : space.decisions()) {
      CHECK(repaired[id] <= asked[id]);
    }
    Mapping filled = repaired;
    repair.repair(repaired, parent, rng);
    repair.fill(filled, rng);
    CHECK_NOTHROW(check_settled(program.problem, filled));
    CHECK(is_feasible(program.problem, filled));
    for (const TensorId id : space.decisions()) {
      CHECK(filled[id] >= repaired[id]);
    }
  }
}

// Three weights of 32 B: sram holds one of them, llc two. All ask for sram; the last one is new
// there. In schedule order the first would have it.
const std::string kThreeText =
    "input x 8\n"
    "a: grid(out=4,in=8) w=32 in=x out=0\n"
    "b: grid(out=4,in=8) w=32 in=x out=0\n"
    "c: grid(out=4,in=8) w=32 in=x out=0\n";

TEST_CASE("who asks for something new is served first, the others by chance", "[evolution]") {
  Repaired toy(kThreeText);
  const TensorId last = tensor(toy.graph, "c.weights");
  Mapping parent = toy.all(kSram);
  parent[last] = kDram;
  for (std::uint64_t i = 0; i < 20; ++i) {
    Rng rng(1, 0, i);
    const Mapping repaired = toy.repair.repair(toy.all(kSram), parent, rng);
    CHECK(repaired[last] == kSram);
    CHECK(repaired[tensor(toy.graph, "a.weights")] == kLlc);
    CHECK(repaired[tensor(toy.graph, "b.weights")] == kLlc);
  }
  std::set<std::size_t> winners;
  for (std::uint64_t i = 0; i < 40; ++i) {
    Rng rng(1, 0, i);
    const Mapping repaired = toy.repair.repair(toy.all(kSram), toy.all(kSram), rng);
    for (std::size_t k = 0; k < toy.space.decisions().size(); ++k) {
      if (repaired[toy.space.decisions()[k]] == kSram) {
        winners.insert(k);
      }
    }
  }
  CHECK(winners == std::set<std::size_t>{0, 1, 2});
}

// a and b fill llc; c and d ask for sram, which holds one of them. The other one finds llc full and
// goes on to dram: it drives out neither a nor b.
TEST_CASE("who is refused drives out nobody", "[evolution]") {
  Repaired toy(kThreeText + "d: grid(out=4,in=8) w=32 in=x out=0\n");
  Mapping asked = toy.all(kLlc);
  asked[tensor(toy.graph, "c.weights")] = kSram;
  asked[tensor(toy.graph, "d.weights")] = kSram;
  for (std::uint64_t i = 0; i < 20; ++i) {
    Rng rng(1, 0, i);
    const Mapping repaired = toy.repair.repair(asked, asked, rng);
    CHECK(repaired[tensor(toy.graph, "a.weights")] == kLlc);
    CHECK(repaired[tensor(toy.graph, "b.weights")] == kLlc);
    CHECK(repaired[tensor(toy.graph, "c.weights")] != repaired[tensor(toy.graph, "d.weights")]);
  }
}

// All in dram: fill lifts one to sram and two to llc, but not the one that was told to go to dram.
TEST_CASE("fill promotes what fits, and leaves alone what is new", "[evolution]") {
  Repaired toy(kThreeText);
  const TensorId last = tensor(toy.graph, "c.weights");
  Rng rng(1);
  Mapping mapping = toy.repair.repair(toy.all(kDram), toy.all(kDram), rng);
  toy.repair.fill(mapping, rng);
  int in_sram = 0, in_llc = 0;
  for (const TensorId id : toy.space.decisions()) {
    in_sram += mapping[id] == kSram ? 1 : 0;
    in_llc += mapping[id] == kLlc ? 1 : 0;
  }
  CHECK(in_sram == 1);
  CHECK(in_llc == 2);

  Mapping parent = toy.all(kDram);
  parent[last] = kSram;
  mapping = toy.repair.repair(toy.all(kDram), parent, rng);
  toy.repair.fill(mapping, rng);
  CHECK(mapping[last] == kDram);
}

}  // namespace memplace::test
