// SPDX-License-Identifier: Apache-2.0
// Feasibility against a search of all packings, on networks small enough for that.
#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/feasible/rectify.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/validator.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/support/tangled_graph.h"

namespace memplace {
namespace {

constexpr std::uint64_t kGraphs = 500;
constexpr std::size_t kMostDecisions = 8;
constexpr std::size_t kMostMappings = 128;

struct Block {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t size = 0;
  std::int64_t offset = -1;
};

bool meet(const Block& a, const Block& b) { return a.begin < b.end && b.begin < a.end; }

// Any packing becomes one in which every block rests on the bottom or on another, by letting blocks
// fall; and that one is built from below: each block, in order of offsets, at the top of some block
// under it. So all ways to go on are tried, each with an offset not below the last.
bool packs(std::vector<Block>& blocks, std::int64_t capacity, std::int64_t last) {
  bool all = true;
  for (Block& block : blocks) {
    if (block.offset >= 0) {
      continue;
    }
    all = false;
    std::int64_t offset = 0;
    for (const Block& other : blocks) {
      if (other.offset >= 0 && meet(block, other)) {
        offset = std::max(offset, other.offset + other.size);
      }
    }
    // No later block lies lower, so this one never will.
    if (offset + block.size > capacity) {
      return false;
    }
    if (offset < last) {
      continue;
    }
    block.offset = offset;
    const bool found = packs(blocks, capacity, offset);
    block.offset = -1;
    if (found) {
      return true;
    }
  }
  return all;
}

// What the memory holds, in multiples of its alignment. Of one stream all lie in one space. Of
// several, weights are taken off once and the rest is shared out, as docs/guide/glossary.md has it.
bool has_packing(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& mapping,
                 MemoryId id) {
  const Memory& memory = chip.memories[id];
  const std::int64_t unit = memory.alignment.count();
  const std::int64_t streams = memory.scope == Scope::kChip ? mode.streams : 1;
  std::int64_t room = instances_of(memory, mode).capacity.count() / unit;
  std::vector<Block> blocks;
  std::int64_t sum = 0;
  for (const TensorId tensor : graph.tensors()) {
    const std::int64_t bytes = graph.tensor(tensor).bytes.count();
    if (graph.storage(tensor) != tensor || mapping[tensor] != id || bytes == 0) {
      continue;
    }
    const std::int64_t size = (bytes + unit - 1) / unit;
    if (streams > 1 && graph.tensor(tensor).kind == TensorKind::kWeights) {
      room -= size;
    } else {
      blocks.push_back({graph.lifetime(tensor).begin, graph.lifetime(tensor).end, size});
      sum += size;
    }
  }
  if (room < 0) {
    return false;
  }
  return sum <= room / streams || packs(blocks, room / streams, 0);
}

bool has_packing(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& mapping) {
  return std::all_of(chip.memories.begin(), chip.memories.end(), [&](const Memory& memory) {
    return has_packing(graph, chip, mode, mapping, *chip.find_memory(memory.name));
  });
}

std::vector<TensorId> with_bytes(const Graph& graph) {
  std::vector<TensorId> decisions;
  for (const TensorId id : decisions_of(graph)) {
    if (graph.tensor(id).bytes > Bytes(0)) {
      decisions.push_back(id);
    }
  }
  return decisions;
}

struct Case {
  Graph graph;
  Chip chip;
  Mode mode;
};

// Most faster memories have just the bytes that one random mapping has live in them, those of knots
// what all of it has. Every fifth slowest memory is as tight.
Case random_case(std::uint64_t seed) {
  Rng rng(seed, 5);
  const auto small = [](const Graph& graph) {
    const std::size_t decisions = with_bytes(graph).size();
    return decisions <= kMostDecisions && decisions > 1;
  };
  const auto draw = [&] {
    if (seed % 4 == 1) {
      return knot(1 + static_cast<std::int64_t>(rng.below(9)));
    }
    return seed % 4 == 0 ? random_graph(rng, {.least_ops = 2, .most_ops = 6, .most_elements = 8})
                         : tangled(rng, 8, 6, 6);
  };
  Graph graph = draw();
  while (!small(graph)) {
    graph = draw();
  }
  Chip chip = small_chip(seed % 3 == 0 ? std::vector<std::int64_t>{1 << 20, 1, 1}
                                       : std::vector<std::int64_t>{1 << 20, 1});
  chip.engines.count = 3;
  for (Memory& memory : chip.memories) {
    memory.alignment = Bytes(1 + static_cast<std::int64_t>(rng.below(3)));
    memory.scope = rng.chance(0.2) ? Scope::kEngine : Scope::kChip;
  }
  chip.memories[chip.slowest()].scope = Scope::kChip;
  const Mode mode{seed % 2 == 0 ? 1 : 3, 1, 1};
  Mapping typical = random_mapping(rng, graph, chip);
  for (const TensorId id : decisions_of(graph)) {
    typical[id] = seed % 4 == 1 || rng.chance(0.6) ? chip.fastest() : typical[id];
  }
  settle(Problem(graph, chip), typical);
  fit_bytes(chip, graph, mode, typical);
  if (seed % 5 == 0) {
    chip.memories[chip.slowest()].capacity =
        occupancy(Problem(graph, chip, mode),
                  uniform_mapping(Problem(graph, chip), chip.slowest()))[MemoryId(0)]
            .peak -
        Bytes(static_cast<std::int64_t>(rng.below(2)));
  }
  return {std::move(graph), std::move(chip), mode};
}

// All mappings, or as many as kMostMappings: that with all in the fastest memory, and others at
// random.
std::vector<Mapping> mappings_of(const Case& c, Rng& rng) {
  const std::size_t memories = c.chip.memories.size();
  const std::vector<TensorId> decisions = with_bytes(c.graph);
  std::size_t count = 1;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    count *= memories;
  }
  std::vector<Mapping> mappings;
  for (std::size_t code = 0; code < std::min(count, kMostMappings); ++code) {
    Mapping mapping = uniform_mapping(Problem(c.graph, c.chip), c.chip.slowest());
    std::size_t rest = count <= kMostMappings || code == 0 ? count - 1 - code : rng.below(count);
    for (const TensorId id : decisions) {
      mapping[id] = MemoryId(rest % memories);
      rest /= memories;
    }
    settle(Problem(c.graph, c.chip), mapping);
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

}  // namespace

TEST_CASE("a small mapping is feasible if and only if some packing exists", "[mapping]") {
  int feasible = 0;
  int without_bytes = 0;
  int without_addresses = 0;
  for (std::uint64_t seed = 0; seed < kGraphs; ++seed) {
    const Case c = random_case(seed);
    Rng rng(seed, 6);
    Rectifier rectifier(Problem(c.graph, c.chip, c.mode));
    for (const Mapping& mapping : mappings_of(c, rng)) {
      CAPTURE(seed, mapping.size());
      const bool bytes_fit =
          validate(Problem(c.graph, c.chip, c.mode), mapping).violation == Violation::kNone;
      const bool expected = bytes_fit && has_packing(c.graph, c.chip, c.mode, mapping);
      const RectifyResult result = rectifier.rectify(mapping);
      const auto* rectified = std::get_if<Rectified>(&result);
      REQUIRE((rectified != nullptr && rectified->feasible_as_asked()) == expected);
      REQUIRE(rectifier.addresses(mapping).has_value() == expected);
      feasible += expected ? 1 : 0;
      without_bytes += bytes_fit ? 0 : 1;
      without_addresses += bytes_fit && !expected ? 1 : 0;
      if (rectified != nullptr) {
        const auto addresses = rectifier.addresses(rectified->mapping);
        REQUIRE(addresses.has_value());
        REQUIRE(
            validate(Problem(c.graph, c.chip, c.mode), rectified->mapping, *addresses).violation ==
            AddressViolation::kNone);
      }
    }
  }
  // All three happen often enough to mean something.
  CHECK(feasible > 5'000);
  CHECK(without_bytes > 5'000);
  CHECK(without_addresses > 80);
}

TEST_CASE("where all of a small network packs into the slowest memory, everything rectifies",
          "[mapping]") {
  for (std::uint64_t seed = 0; seed < kGraphs; seed += 5) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    Rng rng(seed, 6);
    Rectifier rectifier(Problem(c.graph, c.chip, c.mode));
    if (!has_packing(c.graph, c.chip, c.mode,
                     uniform_mapping(Problem(c.graph, c.chip), c.chip.slowest()))) {
      continue;
    }
    Mapping given;
    Epsilon epsilon;
    for (const Mapping& mapping : mappings_of(c, rng)) {
      REQUIRE(rectifier.rectify_into(mapping, given, epsilon));
      REQUIRE(has_packing(c.graph, c.chip, c.mode, given));
    }
  }
}

TEST_CASE("where the slowest memory has no room for all, everything rectifies from a ground",
          "[mapping]") {
  int feasible = 0;
  int grounded = 0;
  int risen = 0;
  for (std::uint64_t seed = 0; seed < kGraphs; seed += 2) {
    CAPTURE(seed);
    Case c = random_case(seed);
    Rng rng(seed, 7);
    const MemoryId slowest = c.chip.slowest();
    const Mapping all_slowest = uniform_mapping(Problem(c.graph, c.chip), slowest);
    const Bytes peak = occupancy(Problem(c.graph, c.chip, c.mode), all_slowest)[slowest].peak;
    const auto tenths = 4 + static_cast<std::int64_t>(rng.below(6));
    c.chip.memories[slowest].capacity =
        Bytes(std::max<std::int64_t>(peak.count() * tenths / 10, 1));
    const std::vector<Mapping> mappings = mappings_of(c, rng);
    const auto fits = [&](const Mapping& mapping) {
      return validate(Problem(c.graph, c.chip, c.mode), mapping).violation == Violation::kNone &&
             has_packing(c.graph, c.chip, c.mode, mapping);
    };
    const bool any = std::any_of(mappings.begin(), mappings.end(), fits);
    Rectifier rectifier(Problem(c.graph, c.chip, c.mode));
    Mapping given;
    Epsilon epsilon;
    const bool ground = rectifier.rectify_into(all_slowest, given, epsilon);
    feasible += any ? 1 : 0;
    grounded += ground ? 1 : 0;
    for (const Mapping& mapping : mappings) {
      const bool found = rectifier.rectify_into(mapping, given, epsilon);
      REQUIRE((found || !ground));
      if (found) {
        REQUIRE(fits(given));
        REQUIRE((given == mapping) == (epsilon.demoted_bytes == Bytes(0)));
        REQUIRE(epsilon.demoted_bytes <= epsilon.asked_bytes);
        risen += given != mapping && mapping == all_slowest ? 1 : 0;
      }
      REQUIRE((!fits(mapping) || (found && given == mapping)));
    }
  }
  // A ground is found nearly wherever there is one.
  CHECK(feasible > 100);
  CHECK(grounded > feasible * 9 / 10);
  CHECK(risen > 50);
}

}  // namespace memplace
