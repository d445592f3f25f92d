// SPDX-License-Identifier: Apache-2.0
// Laws of rectify and occupancy over random networks, chips, modes and mappings.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/feasible/alignment.h"
#include "sim/feasible/occupancy.h"
#include "sim/feasible/rectify.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/validator.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/tangled_graph.h"

namespace memplace {
namespace {

constexpr std::uint64_t kSeeds = 600;

struct Case {
  Graph graph;
  Chip chip;
  Mode mode;
  Mapping asked;
};

// Odd seeds may have a slowest memory without room for everything. Every third has faster memories
// that lack no bytes.
Case random_case(std::uint64_t seed) {
  Rng rng(seed);
  const bool tangle = seed % 3 == 0;
  Graph graph = tangle ? tangled(rng, 60, 8, 20) : random_graph(rng, {});
  Chip chip = random_chip(rng, graph, seed % 2 == 1);
  const Mode mode = random_mode(rng, chip);
  Mapping asked = random_mapping(rng, graph, chip);
  for (Memory& memory : chip.memories) {
    memory.alignment = Bytes(std::int64_t{1} << rng.below(tangle ? 2 : 8));
    memory.scope = tangle ? Scope::kChip : memory.scope;
  }
  if (seed % 2 == 0) {
    chip.memories[chip.slowest()].capacity += 1_MiB;  // for what alignments add
  }
  if (tangle) {
    for (const TensorId id : decisions_of(graph)) {
      asked[id] = rng.chance(0.7) ? chip.fastest() : asked[id];
    }
    settle(Problem(graph, chip), asked);
    fit_bytes(chip, graph, mode, asked);
  }
  return {std::move(graph), std::move(chip), mode, std::move(asked)};
}

bool is_valid(const Case& c, const Mapping& mapping) {
  return validate(Problem(c.graph, c.chip, c.mode), mapping).violation == Violation::kNone;
}

Bytes group_bytes(const Graph& graph, TensorId leader) {
  Bytes sum;
  for (const TensorId id : graph.tensors()) {
    if (Decisions(graph).leader(id) == leader && graph.storage(id) == id) {
      sum += graph.tensor(id).bytes;
    }
  }
  return sum;
}

TEST_CASE("what rectify gives is valid, and rectifies to itself", "[mapping]") {
  int rectified = 0;
  int demoted = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const RectifyResult result = rectify(Problem(c.graph, c.chip, c.mode), c.asked);
    if (std::holds_alternative<Infeasible>(result)) {
      CHECK(seed % 2 == 1);
      continue;
    }
    const auto& first = std::get<Rectified>(result);
    ++rectified;
    demoted += first.feasible_as_asked() ? 0 : 1;
    REQUIRE(is_valid(c, first.mapping));
    const auto again =
        std::get<Rectified>(rectify(Problem(c.graph, c.chip, c.mode), first.mapping));
    CHECK(again.mapping == first.mapping);
    CHECK(again.demotions.empty());
    CHECK(again.epsilon.demoted_bytes == Bytes(0));
  }
  // The cases are worth something: many are demoted, and many are not.
  CHECK(demoted > 100);
  CHECK(rectified - demoted > 30);
}

// Where the live bytes are too many something is demoted for that. Where they are not, a mapping
// comes back as it was if addresses are found for it, and else the first to go lacks an address.
TEST_CASE("rectify demotes nothing of a feasible mapping, and something of any other",
          "[mapping]") {
  int without_addresses = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const RectifyResult result = rectify(Problem(c.graph, c.chip, c.mode), c.asked);
    const bool same = std::holds_alternative<Rectified>(result) &&
                      std::get<Rectified>(result).feasible_as_asked();
    REQUIRE(same == is_feasible(Problem(c.graph, c.chip, c.mode), c.asked));
    if (same) {
      CHECK(is_valid(c, c.asked));
      CHECK(std::get<Rectified>(result).mapping == c.asked);
    } else if (is_valid(c, c.asked) && std::holds_alternative<Rectified>(result)) {
      ++without_addresses;
      const Demotion& demotion = std::get<Rectified>(result).demotions.front();
      CHECK(demotion.refusals.front().reason == RefusalReason::kAddresses);
    }
  }
  CHECK(without_addresses > 0);
}

TEST_CASE("what rectify gives has addresses that pass the independent check", "[mapping]") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    Rectifier rectifier(Problem(c.graph, c.chip, c.mode));
    const RectifyResult result = rectifier.rectify(c.asked);
    if (const auto* rectified = std::get_if<Rectified>(&result)) {
      const auto addresses = rectifier.addresses(rectified->mapping);
      REQUIRE(addresses.has_value());
      const AddressValidation validation =
          validate(Problem(c.graph, c.chip, c.mode), rectified->mapping, *addresses);
      CAPTURE(name_of(validation.violation));
      CHECK(validation.violation == AddressViolation::kNone);
      CHECK(addresses == allocate(Problem(c.graph, c.chip, c.mode), rectified->mapping));
    }
  }
}

TEST_CASE("the search's path of rectify agrees with the explained one", "[mapping]") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    Rectifier rectifier(Problem(c.graph, c.chip, c.mode));
    Mapping given;
    Epsilon epsilon;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const bool possible = rectifier.rectify_into(c.asked, given, epsilon);
      const RectifyResult explained = rectifier.rectify(c.asked);
      REQUIRE(possible == std::holds_alternative<Rectified>(explained));
      if (possible) {
        CHECK(given == std::get<Rectified>(explained).mapping);
        CHECK(epsilon == std::get<Rectified>(explained).epsilon);
      }
    }
  }
}

TEST_CASE("demotions and refusals add up", "[mapping]") {
  int risen = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const RectifyResult result = rectify(Problem(c.graph, c.chip, c.mode), c.asked);
    if (std::holds_alternative<Infeasible>(result)) {
      continue;
    }
    const auto& rectified = std::get<Rectified>(result);
    Bytes demoted;
    Bytes refused_by_slowest;
    for (const Demotion& demotion : rectified.demotions) {
      demoted += group_bytes(c.graph, demotion.tensor);
      CHECK(demotion.asked == c.asked[demotion.tensor]);
      CHECK(demotion.given == rectified.mapping[demotion.tensor]);
      // Down from the asked memory; where none of those takes it, then up.
      const std::size_t first = demotion.asked.index();
      const bool rises = demotion.given > demotion.asked;
      risen += rises ? 1 : 0;
      CHECK(demotion.refusals.size() ==
            (rises ? demotion.given.index() : first - demotion.given.index()));
      refused_by_slowest +=
          demotion.asked == c.chip.slowest() ? group_bytes(c.graph, demotion.tensor) : Bytes(0);
      for (std::size_t i = 0; i < demotion.refusals.size(); ++i) {
        const Refusal& refusal = demotion.refusals[i];
        CHECK(refusal.memory.index() == (i <= first ? first - i : i));
        CHECK((refusal.bytes_asked > refusal.bytes_free) ==
              (refusal.reason == RefusalReason::kBytes));
        Bytes held;
        for (const Holder& holder : refusal.holders) {
          held += holder.bytes;
        }
        const Memory& memory = c.chip.memories[refusal.memory];
        CHECK(held + refusal.bytes_free ==
              align_down(instances_of(memory, c.mode).capacity, memory.alignment));
      }
    }
    Bytes asked;
    for (const TensorId id : decisions_of(c.graph)) {
      asked += c.asked[id] == c.chip.slowest() ? Bytes(0) : group_bytes(c.graph, id);
    }
    CHECK(rectified.epsilon == Epsilon{demoted, asked + refused_by_slowest});
    CHECK(rectified.epsilon.value() >= 0.0);
    CHECK(rectified.epsilon.value() <= 1.0);
  }
  CHECK(risen > 10);
}

TEST_CASE("occupancy and the validator agree on what overflows", "[mapping]") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const Occupancy memories = occupancy(Problem(c.graph, c.chip, c.mode), c.asked);
    const Validation validation = validate(Problem(c.graph, c.chip, c.mode), c.asked);
    const auto overflow = std::find_if(memories.begin(), memories.end(),
                                       [](const MemoryOccupancy& m) { return m.overflows(); });
    REQUIRE((overflow != memories.end()) == (validation.violation == Violation::kOverCapacity));
    if (overflow != memories.end()) {
      CHECK(overflow - memories.begin() == static_cast<std::ptrdiff_t>(validation.memory.index()));
      CHECK(overflow->live[validation.step] == validation.live);
      CHECK(overflow->capacity == validation.capacity);
      const auto first = std::find_if(overflow->live.begin(), overflow->live.end(),
                                      [&](Bytes live) { return live > overflow->capacity; });
      CHECK(first - overflow->live.begin() == static_cast<std::ptrdiff_t>(validation.step));
    }
  }
}

// All 2^n mappings of small networks.
TEST_CASE("occupancy and the validator agree on every mapping of small networks", "[mapping]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 2);
    const Graph graph = random_graph(rng, {.least_ops = 1, .most_ops = 4});
    const Chip chip = random_chip(rng, graph, true);
    const Mode mode = random_mode(rng, chip);
    const auto decisions = decisions_of(graph);
    if (chip.memories.size() < 2 || decisions.size() > 8) {
      continue;
    }
    for (std::size_t code = 0; code < (std::size_t{1} << decisions.size()); ++code) {
      Mapping mapping = uniform_mapping(Problem(graph, chip), chip.slowest());
      for (std::size_t i = 0; i < decisions.size(); ++i) {
        if ((code >> i & 1U) != 0) {
          mapping[decisions[i]] = chip.fastest();
        }
      }
      settle(Problem(graph, chip), mapping);
      const Occupancy memories = occupancy(Problem(graph, chip, mode), mapping);
      REQUIRE(std::none_of(memories.begin(), memories.end(), [](const MemoryOccupancy& m) {
                return m.overflows();
              }) == (validate(Problem(graph, chip, mode), mapping).violation == Violation::kNone));
    }
  }
}

}  // namespace
}  // namespace memplace
