// SPDX-License-Identifier: Apache-2.0
// Runs with moves planned by hand, on the toy chip with a mover.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/check/event_log.h"
#include "tests/support/toy_chips.h"
#include "tests/unit/models/model.h"
#include "workloads/io/graph_text.h"

namespace memplace::test::moving {

using Moves = std::vector<MoveTiming>;

// A tensor that is fetched from where it is, at once or when `after` has computed.
struct Fetch {
  std::string tensor;
  MemoryId to;
  std::string after = "";
};

struct Run {
  SimResult result;
  std::string text;

  OpTiming op(std::size_t index) const { return result.ops[OpId(index)]; }

  // What law 8 says of the sum, and of the moves' share in it.
  void check_sum() const {
    Picoseconds sum = result.drain;
    Picoseconds waited;
    for (const OpTiming& op : result.ops) {
      sum += op.compute + op.dispatch + op.wait_weights + op.wait_inputs + op.wait_move +
             op.wait_output_slot;
      waited += op.wait_move;
    }
    CHECK(sum == result.first_latency);
    for (const MoveTiming& move : result.moves) {
      waited -= move.waited;
    }
    CHECK(waited == 0_ns);
  }
};

// Pieces of 4 B, two places, no overhead.
inline Chip moving_chip() {
  Chip chip = toy_chip();
  chip.mover = {4_B, 2, 0_ns, MoverService::kDemandFirst};
  return chip;
}

inline Move move_of(const Graph& graph, const Mapping& homes, const Fetch& fetch) {
  const TensorId tensor = graph.find_tensor(fetch.tensor).value();
  std::optional<OpId> first;
  OpId last;
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    bool reads = op.weights.has_value() && op.weights->tensor == tensor;
    for (const Operand& input : op.inputs) {
      reads = reads || graph.storage(input.tensor) == tensor;
    }
    if (reads && !op.is_view()) {
      first = first.value_or(id);
      last = id;
    }
  }
  const std::optional<OpId> after =
      fetch.after.empty() ? std::nullopt : std::optional(graph.find_op(fetch.after).value());
  return {tensor, homes[tensor], fetch.to, graph.tensor(tensor).bytes,
          after,  first.value(), last,     0_B};
}

// Runs the model: everything in DRAM but the tensors named in `placed`, and what is fetched.
inline Run run(const std::string& graph_text, const std::map<std::string, MemoryId>& placed,
               const std::vector<Fetch>& fetches, const Chip& chip = moving_chip(),
               const Mode& mode = {1, 1, 1}) {
  const auto graph = std::make_shared<const Graph>(parse_graph_text(graph_text));
  const Program program = lower(Problem(*graph, chip, mode));
  Mapping homes = uniform_mapping(Problem(*graph, chip), kDram);
  for (const auto& [name, memory] : placed) {
    homes[graph->find_tensor(name).value()] = memory;
  }
  settle(Problem(*graph, chip), homes);
  MovePlan plan{homes, {}};
  for (const Fetch& fetch : fetches) {
    const Move move = move_of(*graph, homes, fetch);
    for (const TensorId id : graph->tensors()) {
      if (graph->storage(id) == move.tensor) {
        plan.near[id] = move.to;
      }
    }
    plan.moves.push_back(move);
  }
  std::sort(plan.moves.begin(), plan.moves.end(), [](const Move& a, const Move& b) {
    return std::tie(a.first_op, a.tensor) < std::tie(b.first_op, b.tensor);
  });
  EventLog log;
  Run run;
  run.result = make_model()->run(program, plan, &log);
  run.text = log.text(program);
  run.check_sum();
  CHECK(make_model()->open(program)->latency(plan) == run.result.latency);
  return run;
}

// 8 B of weights, 4 B in, 4 B out, 20 multiply-accumulates.
inline const std::string kOneOp =
    "input x 4\n"
    "a: grid(out=5,in=4) w=8 in=x out=4\n";

inline const std::string kTwoOps = kOneOp + "b: grid(out=5,in=4) w=8 in=a out=4\n";

// a computes for 4 ns; its output is written to, and read from, where the mover reads.
inline const std::string kShortOpFirst =
    "input x 4\n"
    "a: elementwise(4) in=x out=4\n";

}  // namespace memplace::test::moving
