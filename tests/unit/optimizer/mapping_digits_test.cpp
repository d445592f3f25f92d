// SPDX-License-Identifier: Apache-2.0
#include "optimizer/mapping_digits.h"

#include <catch2/catch.hpp>

#include "tests/unit/optimizer/toy_tasks.h"

namespace memplace::test {

// Decisions in schedule order: a.weights, a, b.weights, b, c.weights.
TEST_CASE("a mapping is a digit a decision", "[mapping_digits]") {
  const Program program = toy_program(kChainText);
  const Graph& graph = *program.graph;
  Mapping mapping = uniform_mapping(graph, program.chip, kDram);
  mapping[graph.decisions()[0]] = kSram;
  mapping[graph.decisions()[3]] = kLlc;
  settle(graph, program.chip, mapping);
  CHECK(mapping_digits(graph, mapping) == "20010");
  CHECK(mapping_of_digits(graph, program.chip, "20010") == mapping);
  for (const char* const wrong : {"", "2001", "200100", "20030", "2001a", "2001/"}) {
    CHECK_FALSE(mapping_of_digits(graph, program.chip, wrong).has_value());
  }
}

}  // namespace memplace::test
