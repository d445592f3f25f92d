// SPDX-License-Identifier: Apache-2.0
// Every built-in network under every heuristic on both NNP-I chips, in latency and in throughput
// mode: the laws hold, and the integers are those of tests/golden/<network>/*.csv. To accept moved
// behaviour: scripts/refresh-goldens, which shows what moved.
#include "workloads/builtin/builtins.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/rates.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/occupancy.h"
#include "sim/oracle/validator.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/decisions.h"

namespace memplace {
namespace {

struct Tables {
  std::string latency =
      "chip,mode,heuristic,latency_ps,makespan_ps,drain_ps,compute_ps,dispatch_ps,"
      "wait_weights_ps,wait_inputs_ps,wait_output_slot_ps\n";
  std::string traffic = "chip,mode,heuristic,memory,busy_ps,read_bytes,written_bytes\n";
  std::string mapping =
      "chip,mode,heuristic,memory,weights,weight_bytes,activations,activation_bytes,peak_bytes\n";
};

struct Point {
  const Program& program;
  const Mapping& mapping;
  std::string key;  // the first three columns
};

void check_laws(const Point& point, const SimResult& result) {
  const Program& p = point.program;
  CHECK(validate(p.problem, point.mapping).violation == Violation::kNone);

  // Law 8.
  Picoseconds sum = result.drain;
  for (const OpTiming& op : result.ops) {
    sum += op.compute + op.dispatch + op.wait_weights + op.wait_inputs + op.wait_output_slot;
  }
  CHECK(sum == result.first_latency);

  // Rooflines.
  Picoseconds compute;
  for (const Tile& tile : p.tiles) {
    compute += tile.compute;
  }
  CHECK(result.first_latency >= compute);
  CHECK(result.makespan >= compute * p.mode().inferences);
  for (const MemoryId id : p.chip().memories.ids()) {
    const MemoryInstances view = instances_of(p.chip().memories[id], p.mode());
    const auto instances = static_cast<std::int64_t>(view.instances);
    const MemoryActivity& activity = result.memories[id];
    CHECK(activity.busy <= result.makespan);
    CHECK(activity.busy >=
          transfer_time(Bytes(activity.read.count() / instances), view.read_bandwidth));
    CHECK(activity.busy >=
          transfer_time(Bytes(activity.written.count() / instances), view.write_bandwidth));
  }
}

void add_rows(Tables& tables, const Point& point, const SimResult& result) {
  const Program& p = point.program;
  OpTiming sum;
  for (const OpTiming& op : result.ops) {
    sum.compute += op.compute;
    sum.dispatch += op.dispatch;
    sum.wait_weights += op.wait_weights;
    sum.wait_inputs += op.wait_inputs;
    sum.wait_output_slot += op.wait_output_slot;
  }
  tables.latency += fmt::format("{},{},{},{},{},{},{},{},{}\n", point.key, result.latency.count(),
                                result.makespan.count(), result.drain.count(), sum.compute.count(),
                                sum.dispatch.count(), sum.wait_weights.count(),
                                sum.wait_inputs.count(), sum.wait_output_slot.count());
  const Occupancy filled = occupancy(p.problem, point.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    const std::string& name = p.chip().memories[id].name;
    const MemoryActivity& activity = result.memories[id];
    tables.traffic += fmt::format("{},{},{},{},{}\n", point.key, name, activity.busy.count(),
                                  activity.read.count(), activity.written.count());
    std::array<std::int64_t, 2> count{};
    std::array<Bytes, 2> bytes{};
    for (const TensorId tensor : p.problem.decisions().tensors()) {
      if (point.mapping[tensor] == id) {
        const Tensor& t = p.graph().tensor(tensor);
        const std::size_t kind = t.kind == TensorKind::kWeights ? 0 : 1;
        ++count[kind];
        bytes[kind] += t.bytes;
      }
    }
    tables.mapping +=
        fmt::format("{},{},{},{},{},{},{}\n", point.key, name, count[0], bytes[0].count(), count[1],
                    bytes[1].count(), filled[id].peak.count());
  }
}

void compare(const std::string& network, const std::string& table, const std::string& content) {
  const std::string directory = std::string(MEMPLACE_SOURCE_DIR) + "/tests/golden/" + network;
  const std::string path = directory + "/" + table + ".csv";
  if (std::getenv("MEMPLACE_REFRESH_GOLDENS") != nullptr) {
    make_directory(directory);
    write_file(path, content);
  }
  CAPTURE(network, table);
  CHECK(read_file(path) == content);
}

void run_network(const std::string& network) {
  const auto graph = std::make_shared<const Graph>(make_builtin(network, DType::kInt8));
  SystemCSimulator simulator;
  Tables tables;
  for (const std::string chip_name : {"nnpi", "nnpi-12ice"}) {
    const Chip chip = load_chip(chip_name);
    for (const Mode mode : {resolve_mode(chip, 1, 12, 1), resolve_mode(chip, 12, 1, 2)}) {
      const Program program = lower(Problem(*graph, chip, mode));
      for (const Tile& tile : program.tiles) {
        REQUIRE(tile.output_space <= chip.engines.staging.output_slot);
      }
      for (const WeightChunk& chunk : program.chunks) {
        REQUIRE(chunk.space <= chip.engines.staging.weights);
      }
      for (const InputBlock& block : program.blocks) {
        REQUIRE(block.space <= chip.engines.staging.input_slot);
      }
      for (const HeuristicInfo& heuristic : heuristics()) {
        const Mapping mapping = heuristic.make(Problem(*graph, chip, mode));
        const Point point{program, mapping,
                          fmt::format("{},{}x{},{}", chip_name, mode.streams,
                                      mode.engines_per_stream, heuristic.name)};
        CAPTURE(point.key);
        const SimResult result = simulator.run(program, mapping);
        check_laws(point, result);
        add_rows(tables, point, result);
      }
    }
  }
  compare(network, "latency", tables.latency);
  compare(network, "traffic", tables.traffic);
  compare(network, "mapping", tables.mapping);
}

}  // namespace

TEST_CASE("golden: resnet50", "[golden]") { run_network("resnet50"); }
TEST_CASE("golden: resnet101", "[golden]") { run_network("resnet101"); }
TEST_CASE("golden: bert-base", "[golden]") { run_network("bert-base"); }
TEST_CASE("golden: bert-large", "[golden]") { run_network("bert-large"); }
TEST_CASE("golden: mobilenet-v2", "[golden]") { run_network("mobilenet-v2"); }

TEST_CASE("golden: every built-in network has its tables", "[golden]") {
  for (const std::string& name : builtin_names()) {
    CAPTURE(name);
    CHECK_FALSE(
        read_file(std::string(MEMPLACE_SOURCE_DIR) + "/tests/golden/" + name + "/latency.csv")
            .empty());
  }
}

}  // namespace memplace
