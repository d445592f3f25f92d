// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/decisions.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

using Strings = std::vector<std::string>;

const MemoryId kSram(2);

MemorySet set_of(const std::vector<MemoryId>& memories) {
  MemorySet set;
  for (const MemoryId memory : memories) {
    set.insert(memory);
  }
  return set;
}

// The sets of chain()'s decisions: a.weights, a.out, b.out, c.weights.
std::vector<MemorySet> sets(const Graph& graph, const Constraints& constraints) {
  std::vector<MemorySet> result;
  for (const char* name : {"a.weights", "a.out", "b.out", "c.weights"}) {
    result.push_back(constraints.of(tensor(graph, name), 3));
  }
  return result;
}

std::string mistake(const Graph& graph, const Strings& pins, const Strings& forbids) {
  try {
    read_constraints(Problem(graph, small_chip({100, 10, 8})), pins, forbids);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a set of memories has what was put in", "[mapping]") {
  MemorySet set = MemorySet::first(3);
  CHECK(set == set_of({kDram, kLlc, kSram}));
  CHECK(set.size() == 3);
  set.erase(kLlc);
  CHECK(set.contains(kDram));
  CHECK_FALSE(set.contains(kLlc));
  CHECK_FALSE(set.contains(MemoryId(7)));
  CHECK((set & set_of({kLlc, kSram})) == set_of({kSram}));
  CHECK((set - set_of({kLlc, kSram})) == set_of({kDram}));
  CHECK(MemorySet().empty());
  CHECK_FALSE(set.empty());
}

TEST_CASE("what stands for a memory is the next slower, else the next faster", "[mapping]") {
  CHECK(nearest_of(set_of({kDram, kSram}), kSram) == kSram);
  CHECK(nearest_of(set_of({kDram, kSram}), kLlc) == kDram);
  CHECK(nearest_of(set_of({kLlc, kSram}), kDram) == kLlc);
  CHECK(nearest_of(MemorySet(), kDram) == std::nullopt);
}

TEST_CASE("without pins and forbids everything is allowed", "[mapping]") {
  const Graph graph = chain();
  const Constraints constraints =
      read_constraints(Problem(graph, small_chip({100, 10, 8})), {}, {});
  CHECK(constraints.none());
  CHECK(constraints.allows(tensor(graph, "a.out"), kSram));
  CHECK(constraints.of(tensor(graph, "a.out"), 2) == set_of({kDram, kLlc}));
}

TEST_CASE("pins keep what they name, forbids take it, and both hold", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const MemorySet all = MemorySet::first(3);
  CHECK(sets(graph,
             read_constraints(Problem(graph, chip), Strings{"*.weights=llc,sram"}, Strings{})) ==
        std::vector<MemorySet>{set_of({kLlc, kSram}), all, all, set_of({kLlc, kSram})});
  CHECK(sets(graph, read_constraints(Problem(graph, chip), Strings{}, Strings{"?.out=sram"})) ==
        std::vector<MemorySet>{all, set_of({kDram, kLlc}), set_of({kDram, kLlc}), all});
  CHECK(sets(graph, read_constraints(Problem(graph, chip), Strings{"a*=llc,sram", "a.out=dram,llc"},
                                     Strings{"a.w*s=sram"})) ==
        std::vector<MemorySet>{set_of({kLlc}), set_of({kLlc}), all, all});
}

TEST_CASE("a star stands for as much as it takes, a question mark for one character", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const auto matched = [&](const std::string& glob) {
    std::string names;
    const Constraints constraints =
        read_constraints(Problem(graph, chip), Strings{glob + "=llc"}, Strings{});
    for (const TensorId id : decisions_of(graph)) {
      names += constraints.allows(id, kDram) ? "" : graph.tensor(id).name + " ";
    }
    return names;
  };
  CHECK(matched("a.out") == "a.out ");
  CHECK(matched("*") == "a.weights a.out b.out c.weights ");
  CHECK(matched("**t") == "a.out b.out ");
  CHECK(matched("*w*s") == "a.weights c.weights ");
  CHECK(matched("a.?ut") == "a.out ");
  CHECK(matched("?.o*u*?") == "a.out b.out ");
  CHECK(mistake(graph, {"a.ou=llc"}, {}) != "no error");
  CHECK(mistake(graph, {"a.out?=llc"}, {}) != "no error");
}

// A name with an equals sign: the last one of the pattern ends the glob.
TEST_CASE("names of tensors may have an equals sign", "[mapping]") {
  const Graph graph = chain();
  CHECK(mistake(graph, {"a=1.out=sram"}, {}) ==
        "pin \"a=1.out=sram\": unknown tensor \"a=1.out\" of network \"chain\" (did you mean "
        "\"a.out\"?)");
}

TEST_CASE("mistakes in constraints are named", "[mapping]") {
  const Graph graph = chain();
  CHECK(mistake(graph, {"a.out"}, {}) == "pin \"a.out\": expected GLOB=MEMORY[,MEMORY...]");
  CHECK(mistake(graph, {}, {"a.out=dram,srma"}) ==
        "forbid \"a.out=dram,srma\": unknown memory \"srma\"; known: dram, llc, sram (did you mean "
        "\"sram\"?)");
  CHECK(mistake(graph, {"a.out="}, {}) ==
        "pin \"a.out=\": unknown memory \"\"; known: dram, llc, sram");
  CHECK(mistake(graph, {"a.weight=sram"}, {}) ==
        "pin \"a.weight=sram\": unknown tensor \"a.weight\" of network \"chain\" (did you mean "
        "\"a.weights\"?)");
  CHECK(mistake(graph, {"x=sram"}, {}) ==
        "pin \"x=sram\": \"x\" is an input of the network, which is always in dram; leave it out");
  CHECK(mistake(graph, {}, {"c.o*=dram"}) ==
        "forbid \"c.o*=dram\": \"c.out\" is an output of the network, which is always in dram; "
        "leave it out");
}

TEST_CASE("a decision left without a memory is named, with the patterns that took them",
          "[mapping]") {
  const Graph graph = chain();
  CHECK(mistake(graph, {}, {"b*=dram,llc,sram"}) ==
        "forbid \"b*=dram,llc,sram\" leaves no memory for \"b.out\"");
  CHECK(mistake(graph, {"*.out=llc,sram", "b*=sram"}, {"?.out=sram"}) ==
        "forbid \"?.out=sram\" and pin \"b*=sram\" leave no memory for \"b.out\"");
}

TEST_CASE("constraints applied to a mapping move no more than they must", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Constraints constraints = read_constraints(
      Problem(graph, chip), Strings{"a.out=llc", "c.weights=dram,sram"}, Strings{});
  CHECK(slowest_allowed(Problem(graph, chip, Mode{}, constraints)) ==
        make_mapping(graph, chip, {{"a.out", "llc"}}));
  Mapping mapping =
      make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}, {"c.weights", "llc"}});
  mapping = allowed(Problem(graph, chip, Mode{}, constraints), mapping);
  CHECK(mapping == make_mapping(graph, chip, {{"a.out", "llc"}, {"b.out", "sram"}}));
  const Mapping free = uniform_mapping(Problem(graph, chip), kSram);
  CHECK(allowed(Problem(graph, chip), free) == free);
}

// Two outputs of one op are one decision; what follows goes along.
TEST_CASE("constraints move what follows a decision with it", "[mapping]") {
  const Graph graph = parse_graph_text(
      "graph g\n"
      "input x 4\n"
      "a: copy(8) in=x out=8,6\n"
      "b: copy(8) in=a,a.out1 out=6\n");
  REQUIRE(decisions_of(graph).size() == 1);
  const Chip chip = small_chip({100, 10, 8});
  const Mapping mapping = slowest_allowed(
      Problem(graph, chip, Mode{},
              read_constraints(Problem(graph, chip), Strings{"a.out=sram"}, Strings{})));
  CHECK(mapping[tensor(graph, "a.out")] == kSram);
  CHECK(mapping[tensor(graph, "a.out1")] == kSram);
  CHECK(mapping[tensor(graph, "b.out")] == kDram);
}

}  // namespace
}  // namespace memplace
