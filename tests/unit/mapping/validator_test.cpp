// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/validator.h"

#include <catch2/catch.hpp>

#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

TEST_CASE("the validator accepts a feasible mapping", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({22, 20, 14});
  CHECK(validate(Problem(graph, chip), uniform_mapping(Problem(graph, chip), MemoryId(0))) ==
        Validation{});
}

TEST_CASE("the validator has a result for each kind of violation", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 4\n"
      "a: copy(1) w=3 in=x out=8,2\n"
      "v: view in=a.out1\n"
      "b: copy(1) in=a,v out=1\n");
  const Chip chip = small_chip({100, 20, 10});
  const Mapping good = uniform_mapping(Problem(graph, chip), MemoryId(1));
  CHECK(validate(Problem(graph, chip), good).violation == Violation::kNone);

  CHECK(validate(Problem(graph, chip), Mapping(2)).violation == Violation::kWrongSize);

  Mapping mapping = good;
  mapping[tensor(graph, "a.weights")] = MemoryId(3);
  Validation found = validate(Problem(graph, chip), mapping);
  CHECK(found.violation == Violation::kUnknownMemory);
  CHECK(found.tensor == tensor(graph, "a.weights"));

  for (const char* const fixed : {"x", "b.out"}) {
    mapping = good;
    mapping[tensor(graph, fixed)] = MemoryId(1);
    found = validate(Problem(graph, chip), mapping);
    CHECK(found.violation == Violation::kFixedMoved);
    CHECK(found.tensor == tensor(graph, fixed));
  }
  for (const char* const follower : {"a.out1", "v.out"}) {
    mapping = good;
    mapping[tensor(graph, follower)] = MemoryId(2);
    found = validate(Problem(graph, chip), mapping);
    CHECK(found.violation == Violation::kGroupApart);
  }
  CHECK(found.tensor == tensor(graph, "v.out"));
}

// sram at step 1: a 8 + b 6 = 14.
TEST_CASE("the validator names the step and bytes of an overflow", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 13});
  const Mapping mapping = make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}});
  CHECK(validate(Problem(graph, chip), mapping) ==
        Validation{Violation::kOverCapacity, TensorId(), MemoryId(2), 1, 14_B, 13_B});
}

TEST_CASE("the validator counts streams and pools", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 20, 14});
  chip.engines.count = 4;
  const Mapping mapping =
      make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}, {"a.weights", "llc"}});
  CHECK(validate(Problem(graph, chip, Mode{1, 4, 1}), mapping) == Validation{});
  CHECK(validate(Problem(graph, chip, Mode{2, 2, 8}), mapping) ==
        Validation{Violation::kOverCapacity, TensorId(), MemoryId(2), 0, 16_B, 14_B});
  chip.memories[MemoryId(2)].scope = Scope::kEngine;
  chip.memories[MemoryId(2)].capacity = 7_B;
  CHECK(validate(Problem(graph, chip, Mode{2, 2, 8}), mapping) == Validation{});
  CHECK(validate(Problem(graph, chip, Mode{4, 1, 8}), mapping) ==
        Validation{Violation::kOverCapacity, TensorId(), MemoryId(2), 0, 8_B, 7_B});
}

TEST_CASE("violations have names", "[mapping]") {
  CHECK(name_of(Violation::kNone) == "none");
  CHECK(name_of(Violation::kOverCapacity) == "over-capacity");
}

}  // namespace
}  // namespace memplace
