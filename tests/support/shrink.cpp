// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "tests/support/decisions.h"
#include "tests/support/sim_case.h"

namespace memplace::test {
namespace {

// A graph's parts, to be changed and put together again. Tensors keep their numbers.
struct Parts {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Op> ops;
};

Parts parts_of(const Graph& graph) {
  Parts parts{graph.name(), {}, {}};
  for (const TensorId id : graph.tensors()) {
    parts.tensors.push_back(graph.tensor(id));
  }
  for (const OpId id : graph.ops()) {
    parts.ops.push_back(graph.op(id));
  }
  return parts;
}

// The graph of what the ops still use. What no op writes any more is given from outside. Throws
// Error where that is no graph.
Graph build(const Parts& parts) {
  GraphBuilder builder(parts.name);
  std::map<TensorId, TensorId> added;
  const auto add = [&](TensorId old, TensorKind kind) {
    const auto found = added.find(old);
    if (found != added.end()) {
      return found->second;
    }
    Tensor tensor = parts.tensors[old.index()];
    tensor.kind = kind;
    tensor.graph_output = false;
    return added.emplace(old, builder.add_tensor(std::move(tensor))).first->second;
  };
  const auto shrunk = [&](Operand operand, TensorId tensor) {
    return Operand{tensor, std::min(operand.bytes, parts.tensors[operand.tensor.index()].bytes)};
  };
  for (Op op : parts.ops) {
    for (Operand& input : op.inputs) {
      input = shrunk(input, add(input.tensor, TensorKind::kInput));
    }
    if (op.weights) {
      op.weights = shrunk(*op.weights, add(op.weights->tensor, TensorKind::kWeights));
    }
    std::vector<TensorId> outputs;
    for (TensorId& output : op.outputs) {
      const TensorId old = output;
      output = add(old, TensorKind::kActivation);
      if (parts.tensors[old.index()].graph_output) {
        outputs.push_back(output);
      }
    }
    builder.add_op(op);
    for (const TensorId output : outputs) {
      builder.mark_output(output);
    }
  }
  return builder.build();
}

class Shrinker {
 public:
  Shrinker(SimCase c, const std::function<bool(const SimCase&)>& fails, std::size_t most_tries)
      : best_(std::move(c)), fails_(fails), left_(most_tries) {}

  SimCase run() {
    for (bool better = true; better && left_ > 0;) {
      better = shrink_mode();
      better = remove_ops() || better;
      better = remove_operands() || better;
      better = shrink_chip() || better;
      better = shrink_sizes() || better;
      better = simplify_mapping() || better;
      better = simplify_moves() || better;
    }
    return best_;
  }

 private:
  // Takes `candidate` if it fails too.
  bool take(SimCase candidate) {
    if (left_ == 0) {
      return false;
    }
    --left_;
    try {
      memplace::lower(Problem(*candidate.graph, candidate.chip, candidate.mode));
    } catch (const Error&) {
      return false;
    }
    if (!fails_(candidate)) {
      return false;
    }
    best_ = std::move(candidate);
    return true;
  }

  bool take_graph(const Parts& parts) {
    SimCase candidate = best_;
    try {
      candidate.graph = std::make_shared<const Graph>(build(parts));
    } catch (const Error&) {
      return false;
    }
    candidate.mapping =
        uniform_mapping(Problem(*candidate.graph, best_.chip), best_.chip.slowest());
    for (const TensorId decision : decisions_of(*candidate.graph)) {
      const auto before = best_.graph->find_tensor(candidate.graph->tensor(decision).name);
      candidate.mapping[decision] = best_.mapping[before.value()];
    }
    settle(Problem(*candidate.graph, best_.chip), candidate.mapping);
    return take(std::move(candidate));
  }

  template <class Change>
  bool take_chip(const Change& change) {
    SimCase candidate = best_;
    change(candidate.chip);
    return !(candidate.chip == best_.chip) && take(std::move(candidate));
  }

  template <class Change>
  bool take_mode(const Change& change) {
    SimCase candidate = best_;
    change(candidate.mode);
    return !(candidate.mode == best_.mode) && take(std::move(candidate));
  }

  bool shrink_mode() {
    bool better = false;
    for (std::int64_t Mode::*const count :
         {&Mode::inferences, &Mode::streams, &Mode::engines_per_stream}) {
      better = take_mode([&](Mode& mode) { mode.*count = 1; }) || better;
      better =
          take_mode([&](Mode& mode) { mode.*count = std::min<std::int64_t>(mode.*count, 2); }) ||
          better;
      better = take_mode([&](Mode& mode) { mode.*count = (mode.*count + 1) / 2; }) || better;
    }
    return better;
  }

  // Halves of all ops, quarters, ... and at last single ones.
  bool remove_ops() {
    bool better = false;
    for (std::size_t count = best_.graph->ops().size() / 2; count > 0; count /= 2) {
      for (std::size_t first = 0; first < best_.graph->ops().size();) {
        Parts parts = parts_of(*best_.graph);
        const std::size_t end = std::min(first + count, parts.ops.size());
        parts.ops.erase(parts.ops.begin() + static_cast<std::ptrdiff_t>(first),
                        parts.ops.begin() + static_cast<std::ptrdiff_t>(end));
        if (!parts.ops.empty() && take_graph(parts)) {
          better = true;
        } else {
          first += count;
        }
      }
    }
    return better;
  }

  // Inputs, weights and outputs, one by one.
  bool remove_operands() {
    bool better = false;
    for (std::size_t i = 0; i < best_.graph->ops().size(); ++i) {
      for (std::size_t k = best_.graph->op(OpId(i)).inputs.size(); k-- > 0;) {
        Parts parts = parts_of(*best_.graph);
        parts.ops[i].inputs.erase(parts.ops[i].inputs.begin() + static_cast<std::ptrdiff_t>(k));
        better = take_graph(parts) || better;
      }
      if (best_.graph->op(OpId(i)).weights) {
        Parts parts = parts_of(*best_.graph);
        parts.ops[i].weights.reset();
        better = take_graph(parts) || better;
      }
      for (std::size_t k = best_.graph->op(OpId(i)).outputs.size(); k-- > 1;) {
        Parts parts = parts_of(*best_.graph);
        parts.ops[i].outputs.erase(parts.ops[i].outputs.begin() + static_cast<std::ptrdiff_t>(k));
        better = take_graph(parts) || better;
      }
    }
    return better;
  }

  // Tries to halve a number of the graph again and again.
  template <class Number>
  bool halve(const Number& number, std::int64_t least) {
    bool better = false;
    for (;;) {
      Parts parts = parts_of(*best_.graph);
      std::int64_t& value = number(parts);
      if (value <= least) {
        return better;
      }
      const std::int64_t before = value;
      value = std::max(least, before / 2);
      if (!take_graph(parts)) {
        return better;
      }
      better = true;
    }
  }

  bool shrink_sizes() {
    bool better = false;
    for (std::size_t i = 0; i < best_.graph->ops().size(); ++i) {
      const Work work = best_.graph->op(OpId(i)).work;
      if (std::holds_alternative<GridWork>(work)) {
        for (std::int64_t GridWork::*const size :
             {&GridWork::batch, &GridWork::kernel, &GridWork::positions, &GridWork::out_channels,
              &GridWork::in_channels}) {
          better = halve(
                       [&](Parts& parts) -> std::int64_t& {
                         return std::get<GridWork>(parts.ops[i].work).*size;
                       },
                       1) ||
                   better;
        }
      } else if (std::holds_alternative<VectorWork>(work)) {
        better = halve(
                     [&](Parts& parts) -> std::int64_t& {
                       return std::get<VectorWork>(parts.ops[i].work).elements;
                     },
                     1) ||
                 better;
      }
    }
    for (std::size_t i = 0; i < best_.graph->tensors().size(); ++i) {
      for (bool halved = true; halved;) {
        Parts parts = parts_of(*best_.graph);
        if (i >= parts.tensors.size()) {
          break;
        }
        Tensor& tensor = parts.tensors[i];
        const std::int64_t before = tensor.bytes.count();
        // What has a shape is read back by it.
        tensor.dtype = DType::kInt8;
        tensor.shape = {before / 2};
        tensor.bytes = Bytes(before / 2);
        tensor.parameters = tensor.kind == TensorKind::kWeights ? before / 2 : 0;
        halved = before > 1 && take_graph(parts);
        better = halved || better;
      }
    }
    return better;
  }

  bool shrink_chip() {
    bool better = remove_memories();
    better = take_chip([](Chip& chip) { chip.engines.dispatch_overhead = {}; }) || better;
    better = take_chip([](Chip& chip) { chip.engines.clock = Frequency(1'000'000'000); }) || better;
    better = take_chip([](Chip& chip) { chip.engines.grid = {}; }) || better;
    better = take_chip([](Chip& chip) { chip.engines.passes = {1, 1, 1}; }) || better;
    better = take_chip([](Chip& chip) { chip.engines.vector.cost.fill(1); }) || better;
    better = take_chip([](Chip& chip) { chip.engines.vector.width = Bytes(1); }) || better;
    better = take_chip([](Chip& chip) { chip.mover.overhead = {}; }) || better;
    better = take_chip([](Chip& chip) { chip.mover.in_flight = 1; }) || better;
    better = take_chip([](Chip& chip) { chip.mover.service = MoverService::kFcfs; }) || better;
    better = take_chip([this](Chip& chip) {
               chip.engines.count = best_.mode.streams * best_.mode.engines_per_stream;
             }) ||
             better;
    for (const MemoryId id : best_.chip.memories.ids()) {
      const auto take_memory = [&](const auto& change) {
        return take_chip([&](Chip& chip) { change(chip.memories[id]); });
      };
      better = take_memory([](Memory& m) { m.max_burst.reset(); }) || better;
      better = take_memory([](Memory& m) { m.channels = Channels::kShared; }) || better;
      better = take_memory([](Memory& m) { m.scope = Scope::kChip; }) || better;
      better = take_memory([](Memory& m) { m.latency = {}; }) || better;
      better = take_memory([](Memory& m) { m.write_bandwidth = m.read_bandwidth; }) || better;
      better = take_memory([](Memory& m) {
                 m.read_bandwidth = m.write_bandwidth = Bandwidth(1'000'000'000);
               }) ||
               better;
    }
    return better;
  }

  // Each memory but the slowest, whose tensors go to the one below.
  bool remove_memories() {
    bool better = false;
    for (std::size_t i = best_.chip.memories.size(); i-- > 1;) {
      SimCase candidate = best_;
      candidate.chip.memories = {};
      for (const MemoryId id : best_.chip.memories.ids()) {
        if (id.index() != i) {
          candidate.chip.memories.push_back(best_.chip.memories[id]);
        }
      }
      for (MemoryId& memory : candidate.mapping) {
        memory = MemoryId(memory.index() - (memory.index() >= i ? 1U : 0U));
      }
      for (CaseMove& move : candidate.moves) {
        move.to = MemoryId(move.to.index() - (move.to.index() >= i ? 1U : 0U));
      }
      settle(Problem(*candidate.graph, candidate.chip), candidate.mapping);
      better = take(std::move(candidate)) || better;
    }
    return better;
  }

  bool simplify_moves() {
    bool better = false;
    for (std::size_t i = best_.moves.size(); i-- > 0;) {
      SimCase candidate = best_;
      candidate.moves.erase(candidate.moves.begin() + static_cast<std::ptrdiff_t>(i));
      better = take(std::move(candidate)) || better;
    }
    for (std::size_t i = 0; i < best_.moves.size(); ++i) {
      SimCase candidate = best_;
      candidate.moves[i].after.clear();
      better = (!best_.moves[i].after.empty() && take(std::move(candidate))) || better;
    }
    return better;
  }

  bool simplify_mapping() {
    bool better = false;
    for (std::size_t i = 0; i < decisions_of(*best_.graph).size(); ++i) {
      SimCase candidate = best_;
      const TensorId decision = decisions_of(*candidate.graph)[i];
      if (candidate.mapping[decision] == candidate.chip.slowest()) {
        continue;
      }
      candidate.mapping[decision] = candidate.chip.slowest();
      settle(Problem(*candidate.graph, candidate.chip), candidate.mapping);
      better = take(std::move(candidate)) || better;
    }
    return better;
  }

  SimCase best_;
  const std::function<bool(const SimCase&)>& fails_;
  std::size_t left_;
};

}  // namespace

SimCase shrink(SimCase c, const std::function<bool(const SimCase&)>& fails,
               std::size_t most_tries) {
  return Shrinker(std::move(c), fails, most_tries).run();
}

}  // namespace memplace::test
