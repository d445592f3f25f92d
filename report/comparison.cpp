// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/numbers.h"

namespace memplace {
namespace {

constexpr std::array<TimePart, 4> kWaits{TimePart::kWaitWeights, TimePart::kWaitInputs,
                                         TimePart::kWaitMove, TimePart::kWaitOutputSlot};

std::array<Picoseconds, kTimePartCount> parts_of(const OpTiming& timing) {
  return {timing.compute,     timing.dispatch,  timing.wait_weights,
          timing.wait_inputs, timing.wait_move, timing.wait_output_slot};
}

template <class Row, class Size>
void sort_largest_first(std::vector<Row>& rows, Size size) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& x, const Row& y) { return size(x) > size(y); });
}

std::string differing_op(std::size_t step, const ReportedOp& a, const ReportedOp& b) {
  if (a.name != b.name || a.kind != b.kind) {
    return fmt::format("op {} is {} ({}) in A and {} ({}) in B", step, memplace::quoted(a.name),
                       printable(a.kind), memplace::quoted(b.name), printable(b.kind));
  }
  if (a.macs != b.macs) {
    return fmt::format("op {} has {} MACs in A and {} in B", memplace::quoted(a.name), a.macs,
                       b.macs);
  }
  if (a.weights != b.weights || a.inputs != b.inputs || a.outputs != b.outputs) {
    return fmt::format("op {} has other tensors in A than in B", memplace::quoted(a.name));
  }
  return "";
}

std::string differing_tensor(const ReportedTensor& a, const ReportedTensor& b) {
  if (a.name != b.name || a.kind != b.kind || a.storage != b.storage) {
    return fmt::format("A has {} ({}) where B has {} ({})", memplace::quoted(a.name),
                       printable(a.kind), memplace::quoted(b.name), printable(b.kind));
  }
  if (a.bytes != b.bytes) {
    return fmt::format("{} has {} in A and {} in B", memplace::quoted(a.name), format(a.bytes),
                       format(b.bytes));
  }
  return "";
}

// The first difference between the networks of A and B.
std::optional<std::string> network_difference(const SimulationReport& a,
                                              const SimulationReport& b) {
  if (a.ops.size() != b.ops.size()) {
    return fmt::format("{} has {}, {} has {}", a.workload,
                       plural(static_cast<std::int64_t>(a.ops.size()), "op"), b.workload,
                       plural(static_cast<std::int64_t>(b.ops.size()), "op"));
  }
  for (std::size_t i = 0; i < a.ops.size(); ++i) {
    if (auto text = differing_op(i, a.ops[i], b.ops[i]); !text.empty()) {
      return text;
    }
  }
  if (a.tensors.size() != b.tensors.size()) {
    return fmt::format("{} has {}, {} has {}", a.workload,
                       plural(static_cast<std::int64_t>(a.tensors.size()), "tensor"), b.workload,
                       plural(static_cast<std::int64_t>(b.tensors.size()), "tensor"));
  }
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    if (auto text = differing_tensor(a.tensors[i], b.tensors[i]); !text.empty()) {
      return text;
    }
  }
  return std::nullopt;
}

std::vector<OpDifference> compare_ops(const SimulationReport& a, const SimulationReport& b) {
  std::vector<OpDifference> rows;
  for (std::size_t i = 0; i < a.ops.size(); ++i) {
    const ReportedOp& op = a.ops[i];
    OpDifference row;
    row.step = i;
    row.name = op.name;
    row.kind = op.kind;
    row.a = op.total();
    row.b = b.ops[i].total();
    const auto before = parts_of(op.timing);
    const auto after = parts_of(b.ops[i].timing);
    for (std::size_t part = 0; part < kTimePartCount; ++part) {
      row.parts[part] = after[part] - before[part];
    }
    row.queued = b.ops[i].timing.queued - op.timing.queued;
    rows.push_back(std::move(row));
  }
  sort_largest_first(rows, [](const OpDifference& row) { return magnitude(row.difference()); });
  return rows;
}

std::vector<MemoryDifference> compare_memories(const SimulationReport& a,
                                               const SimulationReport& b) {
  std::vector<MemoryDifference> rows;
  for (const ReportedMemory& memory : a.memories) {
    rows.push_back({memory.name, memory, std::nullopt});
  }
  for (const ReportedMemory& memory : b.memories) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const MemoryDifference& row) {
      return row.name == memory.name;
    });
    if (found != rows.end()) {
      found->b = memory;
    } else {
      rows.push_back({memory.name, std::nullopt, memory});
    }
  }
  return rows;
}

std::string place_of(const ReportedTensor& tensor) {
  return place_text(tensor.given, tensor.fetched_to);
}

// Every place that a tensor may have: memories from slow to fast, each with the fetches from there.
std::vector<std::string> places_of(const SimulationReport& report) {
  std::vector<std::string> places;
  for (const ReportedMemory& home : report.memories) {
    places.push_back(home.name);
    for (const ReportedMemory& near : report.memories) {
      if (!report.moves.empty()) {
        places.push_back(place_text(home.name, near.name));
      }
    }
  }
  return places;
}

// Sorted by A's places, then by B's.
std::vector<MovedBytes> transitions_of(const SimulationReport& a, const SimulationReport& b) {
  std::vector<MovedBytes> rows;
  for (const std::string& from : places_of(a)) {
    for (const std::string& to : places_of(b)) {
      MovedBytes row{from, to, 0, {}, {}};
      for (std::size_t i = 0; i < a.tensors.size(); ++i) {
        const ReportedTensor& tensor = a.tensors[i];
        if (tensor.storage == tensor.name && place_of(tensor) == from &&
            place_of(b.tensors[i]) == to) {
          ++row.tensors;
          (tensor.kind == name_of(TensorKind::kWeights) ? row.weights : row.activations) +=
              tensor.bytes;
        }
      }
      if (row.tensors > 0) {
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

std::vector<MovedTensor> moved_tensors(const SimulationReport& a, const SimulationReport& b) {
  std::vector<MovedTensor> rows;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    const ReportedTensor& tensor = a.tensors[i];
    if (tensor.storage == tensor.name && place_of(tensor) != place_of(b.tensors[i])) {
      rows.push_back(
          {tensor.name, tensor.kind, tensor.bytes, place_of(tensor), place_of(b.tensors[i])});
    }
  }
  sort_largest_first(rows, [](const MovedTensor& row) { return row.bytes; });
  return rows;
}

std::vector<std::string> tensors_read(const ReportedOp& op) {
  std::vector<std::string> names = op.inputs;
  if (op.weights) {
    names.insert(names.begin(), *op.weights);
  }
  return names;
}

// Which tensors of an op each of its waits is for.
std::vector<std::string> waited_for(const ReportedOp& op, TimePart part) {
  switch (part) {
    case TimePart::kWaitWeights:
      return op.weights ? std::vector<std::string>{*op.weights} : std::vector<std::string>{};
    case TimePart::kWaitInputs:
      return op.inputs;
    case TimePart::kWaitMove:
      return tensors_read(op);
    default:
      return op.outputs;
  }
}

// By the tensors' names.
std::map<std::string, std::string> storages_of(const SimulationReport& report) {
  std::map<std::string, std::string> storages;
  for (const ReportedTensor& tensor : report.tensors) {
    storages[tensor.name] = tensor.storage;
  }
  return storages;
}

std::vector<WaitDifference> compare_waits(const Comparison& comparison) {
  const std::map<std::string, std::string> storage = storages_of(comparison.a);
  std::map<std::string, const MovedTensor*> moved;
  for (const MovedTensor& tensor : comparison.moved) {
    moved[tensor.name] = &tensor;
  }
  std::vector<WaitDifference> rows;
  for (const OpDifference& op : comparison.ops) {
    for (const TimePart part : kWaits) {
      if (op.part(part) == Picoseconds(0)) {
        continue;
      }
      WaitDifference row{op.name, part, op.part(part), op.queued, {}};
      std::vector<std::string> seen;  // an op may read one tensor twice
      for (const std::string& name : waited_for(comparison.a.ops[op.step], part)) {
        const std::string& source = storage.at(name);
        const auto found = moved.find(source);
        if (found != moved.end() && std::find(seen.begin(), seen.end(), source) == seen.end()) {
          row.moved.push_back(*found->second);
          seen.push_back(source);
        }
      }
      rows.push_back(std::move(row));
    }
  }
  sort_largest_first(rows, [](const WaitDifference& row) { return magnitude(row.difference); });
  return rows;
}

// How long before its first op's turn each fetch began. The compute sequencer comes to an op when
// all those before it have had their parts.
std::map<std::string, Picoseconds> fetches_ahead(const SimulationReport& report) {
  std::map<std::string, Picoseconds> turns;
  Picoseconds turn;
  for (const ReportedOp& op : report.ops) {
    turns[op.name] = turn;
    turn += op.total();
  }
  std::map<std::string, Picoseconds> ahead;
  for (const ReportedMove& move : report.moves) {
    ahead[move.tensor] = turns.at(move.first_op) - move.timing.begin;
  }
  return ahead;
}

// By the storages that ops read: the difference of what those ops wait for what they read.
std::map<std::string, Picoseconds> data_waits(const Comparison& comparison) {
  const std::map<std::string, std::string> storage = storages_of(comparison.a);
  std::map<std::string, Picoseconds> waits;
  for (const OpDifference& op : comparison.ops) {
    std::set<std::string> read;
    for (const std::string& name : tensors_read(comparison.a.ops[op.step])) {
      read.insert(storage.at(name));
    }
    for (const std::string& tensor : read) {
      waits[tensor] += op.part(TimePart::kWaitWeights) + op.part(TimePart::kWaitInputs) +
                       op.part(TimePart::kWaitMove);
    }
  }
  return waits;
}

std::vector<FetchDifference> compare_fetches(const Comparison& comparison) {
  const auto ahead_a = fetches_ahead(comparison.a);
  const auto ahead_b = fetches_ahead(comparison.b);
  const auto waits = data_waits(comparison);
  const auto found = [](const auto& map, const std::string& name) {
    const auto place = map.find(name);
    return place == map.end() ? std::nullopt : std::optional(place->second);
  };
  std::vector<FetchDifference> rows;
  for (const ReportedTensor& tensor : comparison.a.tensors) {
    FetchDifference row{tensor.name, found(ahead_a, tensor.name), found(ahead_b, tensor.name),
                        found(waits, tensor.name).value_or(Picoseconds(0))};
    if (row.ahead_a != row.ahead_b || (row.ahead_a.has_value() && row.waits != Picoseconds(0))) {
      rows.push_back(std::move(row));
    }
  }
  sort_largest_first(rows, [](const FetchDifference& row) { return magnitude(row.waits); });
  return rows;
}

}  // namespace

std::string_view name_of(TimePart part) {
  constexpr std::array<std::string_view, kTimePartCount> kNames{"compute", "dispatch", "weights",
                                                                "inputs",  "move",     "output"};
  return kNames[static_cast<std::size_t>(part)];
}

TimePart OpDifference::most_changed() const {
  const auto most = std::max_element(parts.begin(), parts.end(), [](Picoseconds x, Picoseconds y) {
    return magnitude(x) < magnitude(y);
  });
  return static_cast<TimePart>(most - parts.begin());
}

std::optional<double> times_faster(Picoseconds a, Picoseconds b) {
  if (a == Picoseconds(0) || b == Picoseconds(0)) {
    return std::nullopt;
  }
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

Comparison compare(RunHeader header, SimulationReport a, SimulationReport b) {
  Comparison comparison;
  comparison.header = std::move(header);
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.memories = compare_memories(comparison.a, comparison.b);
  comparison.different_networks = network_difference(comparison.a, comparison.b);
  if (comparison.different_networks) {
    return comparison;
  }
  comparison.ops = compare_ops(comparison.a, comparison.b);
  comparison.moved = moved_tensors(comparison.a, comparison.b);
  comparison.transitions = transitions_of(comparison.a, comparison.b);
  comparison.waits = compare_waits(comparison);
  comparison.fetches = compare_fetches(comparison);
  return comparison;
}

}  // namespace memplace
