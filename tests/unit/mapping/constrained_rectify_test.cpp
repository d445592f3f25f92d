// SPDX-License-Identifier: Apache-2.0
// rectify under constraints.
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/feasible/rectify.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/validator.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/support/tangled_graph.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

using Strings = std::vector<std::string>;

RectifyResult constrained(const Graph& graph, const Chip& chip, const Mapping& asked,
                          const Strings& pins, const Strings& forbids) {
  return rectify(Problem(graph, chip, Mode{}, read_constraints(Problem(graph, chip), pins, forbids),
                         kQuickPacking),
                 asked);
}

std::string failure(const RectifyResult& result) {
  REQUIRE(std::holds_alternative<Infeasible>(result));
  return std::get<Infeasible>(result).message;
}

// a.out (8) asks for sram, where it may not be, and gets llc; b.out (6), live with it at step 1,
// does not fit llc (10) beside it.
TEST_CASE("a forbidden memory is passed over and counts as a demotion", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Mapping asked = make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "llc"}});
  const RectifyResult result = constrained(graph, chip, asked, {}, {"a.out=sram"});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  CHECK(rectified.mapping == make_mapping(graph, chip, {{"a.out", "llc"}}));
  REQUIRE(rectified.demotions.size() == 2);
  CHECK(rectified.demotions[0].refusals ==
        std::vector<Refusal>{{MemoryId(2), RefusalReason::kForbidden, 0, 8_B, 8_B, {}}});
  CHECK(rectified.demotions[1].refusals ==
        std::vector<Refusal>{
            {MemoryId(1), RefusalReason::kBytes, 1, 6_B, 2_B, {{tensor(graph, "a.out"), 8_B}}}});
  CHECK(rectified.epsilon == Epsilon{14_B, 14_B});
}

// c.weights comes last in the schedule, but may be in sram alone: it has its 5 of 8 B first.
TEST_CASE("confined decisions are placed before the others", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(2));
  const RectifyResult result = constrained(graph, chip, asked, {"c.weights=sram"}, {});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  CHECK(
      rectified.mapping ==
      make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "llc"}, {"c.weights", "sram"}}));
  // In schedule order, whatever came first.
  REQUIRE(rectified.demotions.size() == 2);
  CHECK(rectified.demotions[0].tensor == tensor(graph, "a.out"));
  CHECK(rectified.demotions[1].tensor == tensor(graph, "b.out"));
}

// Asked in dram, where it may not be: the next faster memory is llc. Nothing was asked above dram.
TEST_CASE("a decision without a slower memory goes up", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(0));
  const RectifyResult result = constrained(graph, chip, asked, {"b.out=llc,sram"}, {});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  CHECK(rectified.mapping == make_mapping(graph, chip, {{"b.out", "llc"}}));
  CHECK_FALSE(rectified.feasible_as_asked());
  REQUIRE(rectified.demotions.size() == 1);
  REQUIRE(rectified.demotions[0].refusals.size() == 1);
  CHECK(rectified.demotions[0].refusals[0].reason == RefusalReason::kForbidden);
  CHECK(rectified.epsilon == Epsilon{0_B, 0_B});
}

// a.out (8) may be in llc (10) or sram (8), b.out (6) in sram alone, and both live at step 1. a.out
// gets the sram it asks for, and nothing is left for b.out. So both get what was found beforehand:
// b.out sram, a.out llc.
TEST_CASE("where confined decisions are in each other's way they share one assignment",
          "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 10, 8});
  const Mapping asked = make_mapping(graph, chip, {{"a.out", "sram"}, {"b.out", "sram"}});
  const RectifyResult result =
      constrained(graph, chip, asked, {"a.out=llc,sram", "b.out=sram"}, {});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  CHECK(rectified.mapping == make_mapping(graph, chip, {{"a.out", "llc"}, {"b.out", "sram"}}));
  REQUIRE(rectified.demotions.size() == 1);
  CHECK(rectified.demotions[0].refusals ==
        std::vector<Refusal>{{MemoryId(2), RefusalReason::kOthers, 0, 8_B, 8_B, {}}});
}

// 8 + 6 B at step 1, of which sram has 8.
TEST_CASE("constraints that nothing fulfils name a tensor and its memories", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 5, 8});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(0));
  CHECK(failure(constrained(graph, chip, asked, {"?.out=llc,sram"}, {})) ==
        "network \"chain\" does not fit chip \"small\" under its constraints: \"b.out\" may be in "
        "llc or sram alone, where no room was found beside what else may not be in dram");
}

// The knot in 4 B: pinned whole it has no addresses; pinned but for q, that one gives way, whatever
// rule would rather leave out another.
TEST_CASE("for want of addresses what is not pinned gives way", "[mapping]") {
  const Graph graph = knot(1);
  const Chip chip = small_chip({100, 4});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(1));
  CHECK(
      failure(constrained(graph, chip, asked, {"*.out=sram"}, {})).find("under its constraints") !=
      std::string::npos);
  const RectifyResult result = constrained(
      graph, chip, asked, {"d?.out=sram", "e?.out=sram", "p.out=sram", "r.out=sram"}, {});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  REQUIRE(rectified.demotions.size() == 1);
  CHECK(rectified.demotions[0].tensor == tensor(graph, "q.out"));
  CHECK(rectified.demotions[0].refusals[0].reason == RefusalReason::kAddresses);
}

// The knot pinned whole, in 6 B beside weights of 2 B: 4 B are left, in which it has no addresses.
// In all 6 B it has, so that the weights go.
TEST_CASE("for want of addresses what lives throughout gives way", "[mapping]") {
  const Graph graph = knot(1, " w=2");
  const Chip chip = small_chip({100, 6});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(1));
  const RectifyResult result = constrained(graph, chip, asked, {"*.out=sram"}, {});
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  REQUIRE(rectified.demotions.size() == 1);
  CHECK(rectified.demotions[0].tensor == tensor(graph, "d1.weights"));
  CHECK(rectified.demotions[0].refusals[0].reason == RefusalReason::kAddresses);
}

// Random sets of memories, often without the slowest.
Constraints random_constraints(const Graph& graph, const Chip& chip, Rng& rng) {
  Constraints constraints;
  const std::size_t memories = chip.memories.size();
  constraints.allowed =
      IdVector<TensorId, MemorySet>(graph.tensors().size(), MemorySet::first(memories));
  for (const TensorId id : decisions_of(graph)) {
    for (const MemoryId memory : chip.memories.ids()) {
      if (rng.chance(memory == chip.slowest() ? 0.1 : 0.3) && constraints.allowed[id].size() > 1) {
        constraints.allowed[id].erase(memory);
      }
    }
  }
  return constraints;
}

TEST_CASE("what rectify gives under constraints is allowed, has addresses and stays", "[mapping]") {
  int rectified_count = 0;
  int confined = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 9);
    const Graph graph = seed % 3 == 0   ? knot(1 + static_cast<std::int64_t>(rng.below(5)))
                        : seed % 3 == 1 ? tangled(rng, 30, 6, 9)
                                        : random_graph(rng, {});
    Chip chip = seed % 3 == 2 ? random_chip(rng, graph) : small_chip({1 << 20, 20, 30});
    const Mode mode = random_mode(rng, chip);
    Mapping asked = random_mapping(rng, graph, chip);
    if (seed % 3 != 2) {
      fit_bytes(chip, graph, mode, asked);
    }
    const Constraints constraints = random_constraints(graph, chip, rng);
    Rectifier rectifier(Problem(graph, chip, mode, constraints, kQuickPacking));
    const RectifyResult ground =
        rectifier.rectify(slowest_allowed(Problem(graph, chip, Mode{}, constraints)));
    for (int repeat = 0; repeat < 5; ++repeat) {
      const RectifyResult result = rectifier.rectify(asked);
      const auto* rectified = std::get_if<Rectified>(&result);
      if (std::holds_alternative<Rectified>(ground)) {
        REQUIRE(rectified != nullptr);
      }
      Mapping given;
      Epsilon epsilon;
      REQUIRE(rectifier.rectify_into(asked, given, epsilon) == (rectified != nullptr));
      if (rectified == nullptr) {
        break;
      }
      ++rectified_count;
      CHECK(given == rectified->mapping);
      CHECK(epsilon == rectified->epsilon);
      CHECK(epsilon.demoted_bytes <= epsilon.asked_bytes);
      CHECK(validate(Problem(graph, chip, mode), given).violation == Violation::kNone);
      for (const TensorId id : decisions_of(graph)) {
        CHECK(constraints.allows(id, given[id]));
        confined += constraints.allows(id, chip.slowest()) ? 0 : 1;
      }
      const auto addresses = rectifier.addresses(given);
      REQUIRE(addresses.has_value());
      CHECK(validate(Problem(graph, chip, mode), given, *addresses).violation ==
            AddressViolation::kNone);
      const RectifyResult again = rectifier.rectify(given);
      REQUIRE(std::holds_alternative<Rectified>(again));
      CHECK(std::get<Rectified>(again).mapping == given);
      CHECK(std::get<Rectified>(again).feasible_as_asked());
      asked = random_mapping(rng, graph, chip);
    }
  }
  CHECK(rectified_count > 500);
  CHECK(confined > 500);
}

}  // namespace
}  // namespace memplace
