// SPDX-License-Identifier: Apache-2.0
// The random cases of the differential test have every feature, in numbers.
#include <array>
#include <cstdint>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/decisions.h"
#include "tests/support/sim_case.h"

namespace memplace::test {

TEST_CASE("random cases cover what the models distinguish", "[check]") {
  constexpr std::uint64_t kCases = 400;
  std::uint64_t one_stream = 0, branching = 0, no_bytes = 0, shared_weights = 0, one_tile = 0;
  std::uint64_t many_tiles = 0, long_runs = 0, no_latency = 0, no_dispatch = 0, bursts = 0;
  std::uint64_t split = 0, per_engine = 0, slowest_per_engine = 0, equal_speed = 0,
                several_inferences = 0, in_fast = 0;
  std::uint64_t no_time = 0;
  std::set<std::int64_t> streams;
  std::array<std::uint64_t, kMaxMemories + 1> levels{};
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    const SimCase c = random_case(seed);
    const Program program = lower(c);
    CHECK(program.tiles.size() * static_cast<std::size_t>(c.mode.streams * c.mode.inferences) <=
          20'000);
    one_stream += c.mode.streams == 1 ? 1U : 0U;
    streams.insert(c.mode.streams);
    several_inferences += c.mode.inferences > 1 ? 1U : 0U;
    ++levels.at(c.chip.memories.size());
    no_dispatch += c.chip.engines.dispatch_overhead == Picoseconds(0) ? 1U : 0U;
    std::set<std::size_t> weights;
    for (const OpId id : c.graph->ops()) {
      branching += c.graph->successors(id).size() > 1 ? 1U : 0U;
      const Op& op = c.graph->op(id);
      shared_weights += op.weights && !weights.insert(op.weights->tensor.index()).second ? 1U : 0U;
      const LoweredOp& lowered = program.ops[id.index()];
      const std::uint32_t tiles = lowered.end_tile - lowered.first_tile;
      one_tile += tiles == 1 ? 1U : 0U;
      many_tiles += tiles > 10 ? 1U : 0U;
      long_runs += tiles > 500 ? 1U : 0U;
    }
    for (const Tile& tile : program.tiles) {
      no_time += tile.compute == Picoseconds(0) ? 1U : 0U;
    }
    for (const TensorId id : c.graph->tensors()) {
      no_bytes += c.graph->tensor(id).bytes == Bytes(0) ? 1U : 0U;
    }
    for (const TensorId id : decisions_of(*c.graph)) {
      in_fast += c.mapping[id] == c.chip.slowest() ? 0U : 1U;
    }
    slowest_per_engine += c.chip.memories[c.chip.slowest()].scope == Scope::kEngine ? 1U : 0U;
    for (const MemoryId id : c.chip.memories.ids()) {
      const Memory& memory = c.chip.memories[id];
      no_latency += memory.latency == Picoseconds(0) ? 1U : 0U;
      bursts += memory.max_burst ? 1U : 0U;
      split += memory.channels == Channels::kSplit ? 1U : 0U;
      per_engine += memory.scope == Scope::kEngine ? 1U : 0U;
      equal_speed += id.index() > 0 && memory.read_bandwidth ==
                                           c.chip.memories[MemoryId(id.index() - 1)].read_bandwidth
                         ? 1U
                         : 0U;
    }
  }
  CHECK(one_stream >= kCases / 2);
  CHECK(streams.size() == kMaxStreams);
  for (std::size_t count = 1; count <= 5; ++count) {
    CHECK(levels.at(count) > kCases / 10);
  }
  for (const std::uint64_t count :
       {branching, no_bytes, shared_weights, one_tile, many_tiles, long_runs, no_latency,
        no_dispatch, bursts, split, per_engine, slowest_per_engine, equal_speed, several_inferences,
        in_fast, no_time}) {
    CHECK(count > 20);
  }
}

TEST_CASE("a random case is a function of its seed", "[check]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SimCase a = random_case(seed);
    const SimCase b = random_case(seed);
    CHECK(*a.graph == *b.graph);
    CHECK(a.chip == b.chip);
    CHECK(a.mode == b.mode);
    CHECK(a.mapping == b.mapping);
    CHECK_FALSE(*random_case(seed + 20).graph == *a.graph);
  }
}

}  // namespace memplace::test
