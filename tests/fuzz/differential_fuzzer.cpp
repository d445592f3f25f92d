// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of the two simulators: a network, chip and mode drawn from the first bytes, a
// mapping and moves made of the others; both models must agree on every event and statistic.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "sim/check/checked_simulator.h"
#include "sim/event/event_simulator.h"
#include "sim/placement/moves.h"
#include "sim/placement/placement.h"
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

// What the next bytes move: of each movable tensor whether, where to, and after which op.
MovePlan read_plan(InputBytes& bytes, const Problem& problem, const Mapping& homes) {
  MovePlan plan{homes, {}};
  for (const Movable& movable : problem.movables().list()) {
    const MemoryId to(bytes.next() % problem.chip().memories.size());
    if (!can_fetch(problem, movable.tensor, homes[movable.tensor], to)) {
      continue;
    }
    Move move{movable.tensor,
              homes[movable.tensor],
              to,
              problem.graph().tensor(movable.tensor).bytes,
              std::nullopt,
              movable.first_op,
              movable.last_op,
              Bytes(0)};
    if (const std::size_t step = bytes.next() % (movable.first_op.index() + 1); step > 0) {
      move.after = OpId(step - 1);
    }
    plan.near[movable.tensor] = to;
    plan.moves.push_back(move);
  }
  for (const TensorId id : problem.movables().viewed()) {
    plan.near[id] = plan.near[problem.graph().storage(id)];
  }
  return plan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  InputBytes bytes(data, size);
  Rng graph_rng(bytes.next_number(), 1);
  Rng chip_rng(bytes.next_number(), 2);
  RandomGraphOptions options;
  options.most_ops = 1 + bytes.next() % 12U;
  options.most_elements = std::int64_t{1} << (bytes.next() % 20U);
  const auto graph = std::make_shared<const Graph>(random_graph(graph_rng, options));
  Chip chip = random_chip(chip_rng);
  Mode mode = random_mode(chip_rng, chip);
  mode.streams = bytes.next() % 2U == 0 ? 1 : mode.streams;
  chip.mover.piece = Bytes(std::int64_t{16} << bytes.next() % 12U);
  chip.mover.in_flight = 1 + bytes.next() % 4U;
  chip.mover.service = bytes.next() % 2U == 0 ? MoverService::kDemandFirst : MoverService::kFcfs;
  const Problem problem(*graph, chip, mode);
  const Program program = lower(problem);
  if (program.tiles.size() > 2000) {
    return 0;
  }
  for (const Movable& movable : problem.movables().list()) {
    if (movable.pieces > 500) {
      return 0;
    }
  }
  Mapping mapping = uniform_mapping(problem, chip.slowest());
  for (const TensorId tensor : decisions_of(*graph)) {
    mapping[tensor] = MemoryId(bytes.next() % chip.memories.size());
  }
  settle(problem, mapping);
  const MovePlan plan = read_plan(bytes, problem, mapping);

  // Throws Difference where the models disagree; what a fuzzer does not catch is a failure.
  CheckedSimulator both(std::make_unique<EventSimulator>(), std::make_unique<SystemCSimulator>());
  both.open(program)->latency(plan);
  return 0;
}
