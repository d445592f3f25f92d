// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/numbers.h"

namespace memplace {
namespace {

constexpr std::array<TimePart, 3> kWaits{TimePart::kWaitWeights, TimePart::kWaitInputs,
                                         TimePart::kWaitOutputSlot};

std::array<Picoseconds, kTimePartCount> parts_of(const OpTiming& timing) {
  return {timing.compute, timing.dispatch, timing.wait_weights, timing.wait_inputs,
          timing.wait_output_slot};
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

// Sorted by A's memories from slow to fast, then by B's.
std::vector<MovedBytes> transitions_of(const SimulationReport& a, const SimulationReport& b) {
  std::vector<MovedBytes> rows;
  for (const ReportedMemory& from : a.memories) {
    for (const ReportedMemory& to : b.memories) {
      MovedBytes row{from.name, to.name, 0, {}, {}};
      for (std::size_t i = 0; i < a.tensors.size(); ++i) {
        const ReportedTensor& tensor = a.tensors[i];
        if (tensor.storage == tensor.name && tensor.given == from.name &&
            b.tensors[i].given == to.name) {
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
    if (tensor.storage == tensor.name && tensor.given != b.tensors[i].given) {
      rows.push_back({tensor.name, tensor.kind, tensor.bytes, tensor.given, b.tensors[i].given});
    }
  }
  sort_largest_first(rows, [](const MovedTensor& row) { return row.bytes; });
  return rows;
}

// Which tensors of an op each of its waits is for.
std::vector<std::string> waited_for(const ReportedOp& op, TimePart part) {
  switch (part) {
    case TimePart::kWaitWeights:
      return op.weights ? std::vector<std::string>{*op.weights} : std::vector<std::string>{};
    case TimePart::kWaitInputs:
      return op.inputs;
    default:
      return op.outputs;
  }
}

std::vector<WaitDifference> compare_waits(const Comparison& comparison) {
  std::map<std::string, std::string> storage;
  for (const ReportedTensor& tensor : comparison.a.tensors) {
    storage[tensor.name] = tensor.storage;
  }
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

}  // namespace

std::string_view name_of(TimePart part) {
  constexpr std::array<std::string_view, kTimePartCount> kNames{"compute", "dispatch", "weights",
                                                                "inputs", "output"};
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
  return comparison;
}

}  // namespace memplace
