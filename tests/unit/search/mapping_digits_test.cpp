// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/mapping_digits.h"

#include <catch2/catch.hpp>

#include "tests/support/toy_tasks.h"

namespace memplace::test {

// Decisions in schedule order: a.weights, a, b.weights, b, c.weights.
TEST_CASE("a mapping is a digit a decision", "[mapping_digits]") {
  const Program program = toy_program(kChainText);
  const Problem& problem = program.problem;
  Mapping mapping = uniform_mapping(problem, kDram);
  mapping[problem.decisions().tensors()[0]] = kSram;
  mapping[problem.decisions().tensors()[3]] = kLlc;
  settle(problem, mapping);
  CHECK(mapping_digits(problem, mapping) == "20010");
  CHECK(mapping_of_digits(problem, "20010") == mapping);
  for (const char* const wrong : {"", "2001", "200100", "20030", "2001a", "2001/"}) {
    CHECK_FALSE(mapping_of_digits(problem, wrong).has_value());
  }
}

}  // namespace memplace::test
