// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/neighbourhood.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

constexpr MoveChances kRelocate{0, 0};
constexpr MoveChances kSwap{1, 0};
constexpr MoveChances kRelocateAndFill{0, 1};

// The letters of the memories (d, l, s) of all decisions, in schedule order.
std::string letters(const Program& program, const Mapping& mapping) {
  std::string text;
  for (const TensorId id : program.problem.decisions().tensors()) {
    text += "dls"[mapping[id].index()];
  }
  return text;
}

Mapping from_letters(const Program& program, const std::string& text) {
  Mapping mapping = uniform_mapping(program.problem, kDram);
  std::size_t next = 0;
  for (const TensorId id : program.problem.decisions().tensors()) {
    mapping[id] = MemoryId(std::string("dls").find(text[next++]));
  }
  settle(program.problem, mapping);
  return mapping;
}

// Every neighbour that 2000 draws find.
std::set<std::string> neighbours(const Program& program, const std::string& from,
                                 const MoveChances& chances) {
  Neighbourhood neighbourhood({program.problem});
  Rng rng(1);
  std::set<std::string> found;
  for (int i = 0; i < 2000; ++i) {
    found.insert(
        letters(program, neighbourhood.propose(from_letters(program, from), chances, rng)));
  }
  return found;
}

// sram (32 B) holds one of the weights, llc (64 B) both.
const std::string kTwoInALine =
    "input x 8\n"
    "a: grid(out=3,in=8) w=24 in=x out=3\n"
    "b: grid(out=3,in=3) w=24 in=a out=3\n";

}  // namespace

// Decisions: a.weights, a.out, b.weights; a.out (3 B) fits everywhere.
TEST_CASE("relocate moves one decision", "[neighbourhood]") {
  const Program program = toy_program(kTwoInALine);
  CHECK(neighbours(program, "ddd", kRelocate) ==
        std::set<std::string>{"ldd", "sdd", "dld", "dsd", "ddl", "dds"});
}

// With a.weights in sram, b.weights (24 B) has 8 B there: a.weights must leave, to llc.
TEST_CASE("relocate makes room", "[neighbourhood]") {
  const Program program = toy_program(kTwoInALine);
  CHECK(neighbours(program, "sdl", kRelocate) ==
        std::set<std::string>{"ddl", "ldl", "sll", "ssl", "sdd", "lds"});
}

// llc of 24 B holds one of the weights; who is evicted from sram to a full llc goes on to dram.
TEST_CASE("the evicted fall as far as they must", "[neighbourhood]") {
  const auto graph = std::make_shared<const Graph>(
      parse_graph_text(kTwoInALine + "c: grid(out=3,in=3) w=24 in=b out=3\n"));
  Chip chip = toy_chip();
  chip.memories[kLlc].capacity = 24_B;
  const Program program = lower(Problem(*graph, chip));
  // a.weights, a.out, b.weights, b.out, c.weights: sram has a's, llc b's; c's go to sram.
  CHECK(neighbours(program, "sdldd", kRelocate).count("ddlds") == 1);
  // c's weights leave llc before a's look for a place, so they may change places.
  CHECK(neighbours(program, "sdddl", kRelocate).count("lddds") == 1);
}

TEST_CASE("a relocation of one's choice", "[neighbourhood]") {
  const Program program = toy_program(kTwoInALine);
  Neighbourhood neighbourhood({program.problem});
  Rng rng(1);
  const auto relocated = [&](const std::string& from, std::size_t decision, MemoryId to,
                             double fill) {
    const auto found =
        neighbourhood.relocated(from_letters(program, from),
                                program.problem.decisions().tensors()[decision], to, fill, rng);
    return found.has_value() ? letters(program, *found) : "nowhere";
  };
  CHECK(relocated("ddd", 0, kSram, 0) == "sdd");
  CHECK(relocated("sdd", 0, kSram, 0) == "nowhere");
  CHECK(relocated("sdl", 2, kSram, 0) == "lds");  // a's weights make room
  CHECK(relocated("sdl", 2, kSram, 1) == "lss");
}

TEST_CASE("swap exchanges two memories where both fit", "[neighbourhood]") {
  const Program program = toy_program(kTwoInALine);
  // All pairs that differ; a.weights and b.weights, and a.out with either.
  CHECK(neighbours(program, "sdl", kSwap) == std::set<std::string>{"lds", "dsl", "sld"});
  // Nothing differs: after its tries it gives back what it got.
  CHECK(neighbours(program, "ddd", kSwap) == std::set<std::string>{"ddd"});
}

// sram (32 B) holds one of the weights (24 B) and a.out (3 B); llc the other. Moved and so left
// alone:
//   a.weights to llc: lss; to sram: ssl      b.weights to llc: ssl; to sram: lss
//   a.out to llc: sll or lls; to sram: ssl or lss, as the weights' order has it
TEST_CASE("fill promotes all that fits, but not what was moved", "[neighbourhood]") {
  const Program program = toy_program(kTwoInALine);
  CHECK(neighbours(program, "ddd", kRelocateAndFill) ==
        std::set<std::string>{"lss", "ssl", "sll", "lls"});
}

TEST_CASE("neighbours are feasible and settled", "[neighbourhood][property]") {
  Rng rng(20);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const Program program = random_toy_program(rng, 30);
    Neighbourhood neighbourhood({program.problem});
    if (neighbourhood.empty()) {
      continue;
    }
    Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
    for (int step = 0; step < 50; ++step) {
      mapping = neighbourhood.propose(mapping, {0.3, 0.5}, rng);
      check_settled(program.problem, mapping);
      REQUIRE(is_feasible(program.problem, mapping));
    }
  }
}

TEST_CASE("a neighbourhood without choice says so", "[neighbourhood]") {
  const Program none = toy_program("input x 8\na: elementwise(8) in=x out=8\n");
  Neighbourhood empty(StrategyTask{none.problem});
  CHECK(empty.empty());
  Rng rng(1);
  CHECK_THROWS_AS(empty.propose(uniform_mapping(none.problem, kDram), kRelocate, rng),
                  InternalError);

  const Graph graph = parse_graph_text(kTwoInALine);
  Chip one = toy_chip();
  one.memories = {one.memories[kDram]};
  CHECK(Neighbourhood(StrategyTask{Problem(graph, one)}).empty());
  CHECK_FALSE(Neighbourhood(StrategyTask{Problem(graph, toy_chip())}).empty());
}

}  // namespace memplace::test
