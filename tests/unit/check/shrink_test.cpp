// SPDX-License-Identifier: Apache-2.0
// A difference is made small and written down so that the program reads it again.
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/yaml_reader.h"
#include "sim/check/checked_simulator.h"
#include "sim/chip/chip_reader.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/mapping_file.h"
#include "tests/support/sim_case.h"
#include "tests/support/wrong_simulator.h"
#include "workloads/io/graph_yaml.h"

namespace memplace::test {
namespace {

// Wrong for ops with two inputs or more.
Faults wrong_with_two_inputs() {
  Faults faults;
  faults.program = [](Program& program) {
    for (LoweredOp& op : program.ops) {
      op.dispatch += op.operands.size() > 1 ? Picoseconds(1) : Picoseconds(0);
    }
  };
  return faults;
}

bool differs(const SimCase& c) {
  CheckedSimulator checked(std::make_unique<EventSimulator>(),
                           std::make_unique<WrongSimulator>(wrong_with_two_inputs()));
  try {
    checked.run(lower(c), c.mapping);
  } catch (const Difference&) {
    return true;
  }
  return false;
}

// The first cases of many ops that differ.
SimCase large_case(std::uint64_t& seed) {
  for (;; ++seed) {
    SimCase c = random_case(seed);
    if (c.graph->ops().size() >= 12 && differs(c)) {
      ++seed;
      return c;
    }
  }
}

}  // namespace

// What is left is one op with two inputs, on one engine of a chip with one memory and nothing
// special.
TEST_CASE("a difference is made as small as it can be", "[check]") {
  std::uint64_t seed = 0;
  for (int i = 0; i < 3; ++i) {
    const SimCase c = large_case(seed);
    CAPTURE(seed);
    const SimCase small = shrink(c, differs);
    CHECK(differs(small));
    REQUIRE(small.graph->ops().size() == 1);
    const Op& op = small.graph->op(OpId(std::size_t{0}));
    CHECK(op.inputs.size() == 2);
    CHECK_FALSE(op.weights);
    CHECK(op.outputs.size() == 1);
    CHECK(small.mode == Mode{1, 1, 1});
    REQUIRE(small.chip.memories.size() == 1);
    const Memory& memory = small.chip.memories[small.chip.slowest()];
    CHECK_FALSE(memory.max_burst);
    CHECK(memory.channels == Channels::kShared);
    CHECK(memory.latency == Picoseconds(0));
    CHECK(small.chip.engines.dispatch_overhead == Picoseconds(0));
    for (const TensorId tensor : small.graph->tensors()) {
      CHECK(small.graph->tensor(tensor).bytes <= Bytes(1));
    }
  }
}

TEST_CASE("shrinking keeps to its tries", "[check]") {
  std::uint64_t seed = 0;
  const SimCase c = large_case(seed);
  std::size_t calls = 0;
  const auto counted = [&](const SimCase& smaller) {
    ++calls;
    return differs(smaller);
  };
  const SimCase same = shrink(c, counted, 0);
  CHECK(calls == 0);
  CHECK(*same.graph == *c.graph);
  const SimCase smaller = shrink(c, counted, 10);
  CHECK(calls <= 10);
  CHECK(differs(smaller));
}

TEST_CASE("a reproducer reads back as the same run", "[check]") {
  const std::string directory = std::string(MEMPLACE_BINARY_DIR) + "/reproducer_test";
  std::filesystem::remove_all(directory);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const SimCase c = random_case(seed);
    const std::string command = write_reproducer(c, directory);
    SimCase read;
    read.graph = std::make_shared<const Graph>(read_graph_file(directory + "/graph.yaml"));
    CHECK(*read.graph == *c.graph);
    read.chip = load_chip(directory + "/chip.yaml");
    read.mode = c.mode;
    read.mapping = read_mapping(YamlDocument::from_file(directory + "/mapping.yaml"),
                                Problem(*read.graph, read.chip));
    CHECK(EventSimulator().run(lower(read), read.mapping).completions ==
          EventSimulator().run(lower(c), c.mapping).completions);
    CHECK(command ==
          "memplace simulate graph.yaml --chip chip.yaml --mapping mapping.yaml "
          "--streams " +
              std::to_string(c.mode.streams) + " --engines-per-stream " +
              std::to_string(c.mode.engines_per_stream) + " --inferences " +
              std::to_string(c.mode.inferences) + " --model both");
    CHECK(read_file(directory + "/README").find("\n    " + command + "\n") != std::string::npos);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace memplace::test
