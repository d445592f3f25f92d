// SPDX-License-Identifier: Apache-2.0
// Laws that every run obeys, on random graph x chip x mapping x mode.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rates.h"
#include "sim/check/event_log.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "workloads/graph/critical_path.h"

namespace memplace::test {
namespace {

struct Case {
  std::shared_ptr<const Graph> graph;
  Program program;
  Mapping mapping;
};

Case random_case(std::uint64_t seed) {
  Rng rng(seed, 7);
  const auto graph = std::make_shared<const Graph>(random_graph(rng, {}));
  const Chip chip = random_chip(rng);
  Program program = lower(Problem(*graph, chip, random_mode(rng, chip)));
  return {graph, std::move(program), random_mapping(rng, *graph, chip)};
}

constexpr std::uint64_t kCases = 300;

Picoseconds parts(const OpTiming& op) {
  return op.compute + op.dispatch + op.wait_weights + op.wait_inputs + op.wait_output_slot;
}

}  // namespace

TEST_CASE("law 8: where the time went adds up", "[property]") {
  SystemCSimulator simulator;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const SimResult r = simulator.run(c.program, c.mapping);
    Picoseconds sum = r.drain;
    for (const OpId id : c.graph->ops()) {
      sum += parts(r.ops[id]);
      REQUIRE(r.ops[id].start <= r.ops[id].end);
      REQUIRE(r.ops[id].end <= r.first_latency);
    }
    REQUIRE(sum == r.first_latency);
    REQUIRE(r.first_latency <= r.latency);
    REQUIRE(r.latency <= r.makespan);
    REQUIRE(r.makespan == *std::max_element(r.completions.begin(), r.completions.end()));
  }
}

TEST_CASE("no run beats its rooflines or a dependency path", "[property]") {
  SystemCSimulator simulator;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const SimResult r = simulator.run(c.program, c.mapping);
    const Program& p = c.program;

    // Compute and dispatch of one inference.
    Picoseconds compute;
    IdVector<OpId, Picoseconds> path_weight(p.ops.size());
    for (const OpId id : c.graph->ops()) {
      const LoweredOp& op = p.ops[id.index()];
      Picoseconds own;
      for (std::uint32_t t = op.first_tile; t < op.end_tile; ++t) {
        own += p.tiles[t].compute;
      }
      compute += own + op.dispatch;
      path_weight[id] = own;
    }
    REQUIRE(r.first_latency >= compute);

    // Along a path, an op also reads its first block before computing and writes its last tile
    // after it, neither overlapping with another op of the path.
    for (const OpId id : c.graph->ops()) {
      const LoweredOp& op = p.ops[id.index()];
      if (op.first_tile == op.end_tile) {
        continue;
      }
      const auto moved = [&](TensorId tensor, Bytes bytes, bool write) {
        const Memory& memory = p.chip().memories[c.mapping[tensor]];
        const MemoryInstances view = instances_of(memory, p.mode());
        return bytes == Bytes(0)
                   ? Picoseconds(0)
                   : memory.latency +
                         transfer_time(bytes, write ? view.write_bandwidth : view.read_bandwidth);
      };
      Picoseconds read;
      for (std::size_t i = 0; i < op.operands.size(); ++i) {
        read = std::max(
            read, moved(op.operands[i], p.operand_bytes[p.blocks[op.first_block].first_operand + i],
                        false));
      }
      path_weight[id] += read + moved(op.output, p.tiles[op.end_tile - 1].output, true);
    }
    REQUIRE(r.first_latency >= heaviest_path(*c.graph, path_weight));

    // Every memory: bytes over bandwidth of all its channels.
    for (const MemoryId id : p.chip().memories.ids()) {
      const MemoryInstances view = instances_of(p.chip().memories[id], p.mode());
      const auto channels = static_cast<std::int64_t>(view.instances);
      const MemoryActivity& activity = r.memories[id];
      REQUIRE(activity.busy <= r.makespan);
      REQUIRE(transfer_time(Bytes(activity.read.count() / channels), view.read_bandwidth) <=
              r.makespan);
      REQUIRE(transfer_time(Bytes(activity.written.count() / channels), view.write_bandwidth) <=
              r.makespan);
    }
  }
}

TEST_CASE("bytes moved are those of the program", "[property]") {
  SystemCSimulator simulator;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const Program& p = c.program;
    const SimResult r = simulator.run(p, c.mapping);
    IdVector<MemoryId, Bytes> read(p.chip().memories.size());
    IdVector<MemoryId, Bytes> written(p.chip().memories.size());
    for (const LoweredOp& op : p.ops) {
      for (std::uint32_t i = op.first_chunk; i < op.end_chunk; ++i) {
        read[c.mapping[op.weights]] += p.chunks[i].bytes;
      }
      for (std::uint32_t b = op.first_block; b < op.end_block; ++b) {
        for (std::size_t i = 0; i < op.operands.size(); ++i) {
          read[c.mapping[op.operands[i]]] += p.operand_bytes[p.blocks[b].first_operand + i];
        }
      }
      for (std::uint32_t t = op.first_tile; t < op.end_tile; ++t) {
        written[c.mapping[op.output]] += p.tiles[t].output;
      }
    }
    const std::int64_t runs = p.mode().streams * p.mode().inferences;
    for (const MemoryId id : p.chip().memories.ids()) {
      REQUIRE(r.memories[id].read == read[id] * runs);
      REQUIRE(r.memories[id].written == written[id] * runs);
    }
  }
}

// The events of a run obey laws 3, 4 and 5 one by one.
TEST_CASE("every event keeps the order and the space it must", "[property]") {
  SystemCSimulator simulator;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    const Program& p = c.program;
    EventLog recorder;
    simulator.run(p, c.mapping, &recorder);
    recorder.sort();

    // A shared channel without bursts serves without overlap, in the order of posting.
    std::map<std::pair<std::size_t, std::uint32_t>, std::vector<TransferEvent>> channels;
    for (const TransferEvent& e : recorder.transfers) {
      const Memory& memory = p.chip().memories[e.memory];
      REQUIRE(e.posted <= e.granted);
      REQUIRE(e.granted <= e.served);
      REQUIRE(e.arrived == e.served + (e.bytes > Bytes(0) ? memory.latency : Picoseconds(0)));
      if (memory.channels == Channels::kShared && !memory.max_burst && e.bytes > Bytes(0)) {
        channels[{e.memory.index(), e.instance}].push_back(e);
      }
    }
    for (auto& [channel, events] : channels) {
      std::sort(events.begin(), events.end(), [](const TransferEvent& a, const TransferEvent& b) {
        return a.granted < b.granted;
      });
      for (std::size_t i = 1; i < events.size(); ++i) {
        REQUIRE(events[i - 1].served <= events[i].granted);
        REQUIRE(std::pair(events[i - 1].posted, events[i - 1].key) <
                std::pair(events[i].posted, events[i].key));
        // Not idle while something waits.
        REQUIRE(events[i].granted == std::max(events[i - 1].served, events[i].posted));
      }
    }

    // Tiles compute one after the other, each exactly when the last of its conditions holds.
    for (std::size_t i = 0; i < recorder.computes.size(); ++i) {
      const ComputeEvent& e = recorder.computes[i];
      REQUIRE(e.begin == std::max({e.ready, e.weights_ready, e.inputs_ready, e.slot_ready}));
      REQUIRE(e.end == e.begin + p.tiles[e.tile].compute);
      if (i > 0 && recorder.computes[i - 1].stream == e.stream) {
        const LoweredOp& op = p.ops[e.position % p.ops.size()];
        const Picoseconds dispatch = e.tile == op.first_tile ? op.dispatch : Picoseconds(0);
        REQUIRE(e.ready == recorder.computes[i - 1].end + dispatch);
      }
    }
  }
}

TEST_CASE("a run depends on nothing but its arguments", "[property]") {
  SystemCSimulator simulator;
  std::vector<SimResult> first;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Case c = random_case(seed);
    first.push_back(simulator.run(c.program, c.mapping));
  }
  for (std::uint64_t seed = 60; seed-- > 0;) {
    CAPTURE(seed);
    const Case c = random_case(seed);
    EventLog recorder;
    REQUIRE(simulator.run(c.program, c.mapping, &recorder) == first[seed]);
  }
}

TEST_CASE("doubling every rate halves every duration where all divides", "[property]") {
  SystemCSimulator simulator;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 8);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {}));
    // Rates are powers of ten, so every duration is a whole number of microseconds, and even.
    Chip slow = random_chip(rng);
    slow.engines.clock = Frequency(1'000'000);
    slow.engines.dispatch_overhead = Picoseconds(2'000'000 * rng.between(0, 3));
    for (Memory& memory : slow.memories) {
      memory.read_bandwidth = memory.write_bandwidth = Bandwidth(1'000'000);
      memory.latency = Picoseconds(2'000'000 * rng.between(0, 3));
      memory.scope = Scope::kChip;  // a pool's bandwidth is a multiple that need not divide
    }
    Chip fast = slow;
    fast.engines.clock = Frequency(2'000'000);
    fast.engines.dispatch_overhead = Picoseconds(slow.engines.dispatch_overhead.count() / 2);
    for (const MemoryId id : slow.memories.ids()) {
      fast.memories[id].read_bandwidth = fast.memories[id].write_bandwidth = Bandwidth(2'000'000);
      fast.memories[id].latency = Picoseconds(slow.memories[id].latency.count() / 2);
    }
    const Mode mode = random_mode(rng, slow);
    const Mapping mapping = random_mapping(rng, *graph, slow);
    const SimResult at_slow = simulator.run(lower(Problem(*graph, slow, mode)), mapping);
    const SimResult at_fast = simulator.run(lower(Problem(*graph, fast, mode)), mapping);
    REQUIRE(at_slow.latency == at_fast.latency * 2);
    REQUIRE(at_slow.makespan == at_fast.makespan * 2);
    for (const OpId id : graph->ops()) {
      REQUIRE(at_slow.ops[id].start == at_fast.ops[id].start * 2);
      REQUIRE(at_slow.ops[id].end == at_fast.ops[id].end * 2);
      REQUIRE(at_slow.ops[id].queued == at_fast.ops[id].queued * 2);
    }
  }
}

}  // namespace memplace::test
