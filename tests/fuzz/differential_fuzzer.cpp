// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of the two simulators: a network, chip and mode drawn from the first bytes, a
// mapping made of the others; both models must agree on every event and statistic.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/check/checked_simulator.h"
#include "sim/event/event_simulator.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"

namespace {

using namespace memplace;

// The bytes in turn; zeros after the last.
class InputBytes {
 public:
  InputBytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t next() { return at_ < size_ ? data_[at_++] : 0; }
  std::uint64_t next_number() {
    std::uint64_t number = 0;
    for (int i = 0; i < 4; ++i) {
      number = number << 8U | next();
    }
    return number;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  InputBytes bytes(data, size);
  Rng graph_rng(bytes.next_number(), 1);
  Rng chip_rng(bytes.next_number(), 2);
  RandomGraphOptions options;
  options.most_ops = 1 + bytes.next() % 12U;
  options.most_elements = std::int64_t{1} << (bytes.next() % 20U);
  const auto graph = std::make_shared<const Graph>(random_graph(graph_rng, options));
  const Chip chip = random_chip(chip_rng);
  Mode mode = random_mode(chip_rng, chip);
  mode.streams = bytes.next() % 2U == 0 ? 1 : mode.streams;
  const Program program = lower(Problem(*graph, chip, mode));
  if (program.tiles.size() > 2000) {
    return 0;
  }
  Mapping mapping = uniform_mapping(Problem(*graph, chip), chip.slowest());
  for (const TensorId tensor : decisions_of(*graph)) {
    mapping[tensor] = MemoryId(bytes.next() % chip.memories.size());
  }
  settle(Problem(*graph, chip), mapping);

  // Throws Difference where the models disagree; what a fuzzer does not catch is a failure.
  CheckedSimulator both(std::make_unique<EventSimulator>(), std::make_unique<SystemCSimulator>());
  both.open(program)->latency(mapping);
  return 0;
}
