// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/named_mapping.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/small_chips.h"
#include "tests/support/working_directory.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

Problem small_problem() { return {chain(), small_chip({100, 20, 10})}; }

TEST_CASE("a rule names a placement in which everything stays", "[heuristics]") {
  const Problem problem = small_problem();
  for (const char* const rule : {"all:llc", "heuristic:native"}) {
    CHECK(named_placement(rule, problem) == Placement(named_mapping(rule, problem)));
  }
  CHECK_THROWS_WITH(named_placement("all:lic", problem),
                    "unknown memory \"lic\"; known: dram, llc, sram (did you mean \"llc\"?)");
}

TEST_CASE("a file names a placement, or a mapping where nothing is fetched", "[heuristics]") {
  const WorkingDirectory directory;
  const Problem problem = small_problem();
  WorkingDirectory::write("stays.yaml", "default: llc\n");
  WorkingDirectory::write("moves.yaml", "default: dram\ntensors: {c.weights: dram > llc}\n");
  CHECK(named_placement("stays.yaml", problem) == Placement(named_mapping("stays.yaml", problem)));
  const Placement moves = named_placement("moves.yaml", problem);
  CHECK(moves.fetches(tensor(problem.graph(), "c.weights")));
  CHECK_FALSE(moves.fetches(tensor(problem.graph(), "a.weights")));
  CHECK_THROWS_AS(named_mapping("moves.yaml", problem), Error);
  for (const auto& name : {"native", ""}) {
    CHECK_THROWS_WITH(named_placement(name, problem),
                      "got \"" + std::string(name) +
                          "\", expected FILE.yaml, FILE.json, all:MEMORY or heuristic:NAME");
  }
}

}  // namespace
}  // namespace memplace
