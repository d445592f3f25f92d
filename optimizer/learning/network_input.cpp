// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/network_input.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rates.h"

namespace memplace {
namespace {

// 2^32 of anything is 1.
float size_feature(double size) { return static_cast<float>(std::log2(1 + size) / 32); }
float size_feature(std::int64_t size) { return size_feature(static_cast<double>(size)); }
float size_feature(Bytes bytes) { return size_feature(bytes.count()); }

float part_feature(double part, double whole) {
  return whole > 0 ? static_cast<float>(part / whole) : 0.0F;
}
float part_feature(Bytes part, Bytes whole) {
  return part_feature(static_cast<double>(part.count()), static_cast<double>(whole.count()));
}

// The first axis is the batch; of the others the last three, as channels or z, y and x.
struct Extent {
  std::int64_t batch = 1, z = 1, y = 1, x = 1;
};

Extent extent_of(const Shape& shape) {
  Extent extent;
  if (shape.size() > 1) {
    extent.batch = shape.front();
  }
  const std::size_t inner = shape.size() - (shape.size() > 1 ? 1 : 0);
  const auto from_end = [&](std::size_t i) {
    return i < inner ? shape[shape.size() - 1 - i] : std::int64_t{1};
  };
  extent.x = from_end(0);
  extent.y = from_end(1);
  extent.z = from_end(2);
  return extent;
}

// Rows are filled feature by feature; names are collected from the first row alone.
class Row {
 public:
  Row(std::vector<float>& values, std::vector<std::string>* names)
      : values_(values), names_(names) {}

  void add(std::string name, float value) {
    values_.push_back(value);
    if (names_ != nullptr) {
      names_->push_back(std::move(name));
    }
  }

 private:
  std::vector<float>& values_;
  std::vector<std::string>* names_;
};

// Sums over the schedule.
struct Progress {
  std::size_t ops_left = 0;
  Bytes weights_left;
};

void add_kind(Row& row, const Op& op) {
  row.add("view", op.is_view() ? 1.0F : 0.0F);
  row.add("grid", std::holds_alternative<GridWork>(op.work) ? 1.0F : 0.0F);
  const auto* vector = std::get_if<VectorWork>(&op.work);
  for (int i = 0; i < kVectorKindCount; ++i) {
    const auto kind = static_cast<VectorKind>(i);
    row.add(std::string(name_of(kind)), vector != nullptr && vector->kind == kind ? 1.0F : 0.0F);
  }
}

void add_extent(Row& row, const std::string& of, const Extent& extent) {
  row.add(of + "_x", size_feature(extent.x));
  row.add(of + "_y", size_feature(extent.y));
  row.add(of + "_z", size_feature(extent.z));
}

void add_paper_features(Row& row, const Graph& graph, const Op& op, const Progress& progress) {
  add_kind(row, op);
  Bytes inputs;
  for (const Operand& input : op.inputs) {
    inputs += graph.tensor(input.tensor).bytes;
  }
  Bytes outputs;
  for (const TensorId output : op.outputs) {
    outputs += graph.tensor(output).bytes;
  }
  const Bytes weights = op.weights ? graph.tensor(op.weights->tensor).bytes : Bytes(0);
  const Extent in =
      op.inputs.empty() ? Extent{} : extent_of(graph.tensor(op.inputs.front().tensor).shape);
  const Extent out = extent_of(graph.tensor(op.outputs.front()).shape);
  const Window window = op.window.value_or(Window{});
  row.add("weight_bytes", size_feature(weights));
  add_extent(row, "input", in);
  add_extent(row, "output", out);
  row.add("input_bytes", size_feature(inputs));
  row.add("output_bytes", size_feature(outputs));
  const GraphTotals totals = graph.totals();
  row.add("ops_left", part_feature(static_cast<double>(progress.ops_left),
                                   static_cast<double>(graph.ops().size())));
  row.add("weights_left", part_feature(progress.weights_left, totals.weight_bytes));
  row.add("groups", size_feature(window.groups));
  row.add("kernel_x", size_feature(op.window ? window.kernel_width : 0));
  row.add("kernel_y", size_feature(op.window ? window.kernel_height : 0));
  row.add("stride", size_feature(op.window ? window.stride : 0));
  row.add("padding", size_feature(op.window ? window.padding : 0));
  row.add("dilation", size_feature(op.window ? window.dilation : 0));
  row.add("batch", size_feature(out.batch));
}

// Time that bytes take in `instances` of a memory at a bandwidth, as a size in nanoseconds.
float time_feature(Bytes bytes, Bandwidth bandwidth, std::int64_t instances) {
  const double ps = static_cast<double>(transfer_time(bytes, bandwidth).count());
  return size_feature(ps / 1000 / static_cast<double>(instances));
}

void add_chip_features(Row& row, const Problem& problem, OpId id) {
  const Graph& graph = problem.graph();
  const Chip& chip = problem.chip();
  const Op& op = graph.op(id);
  row.add("macs", size_feature(op.macs()));
  const TensorId output = problem.decisions().leader(op.outputs.front());
  const Lifetime lifetime = graph.lifetime(output);
  row.add("lifetime", part_feature(static_cast<double>(lifetime.end - lifetime.begin),
                                   static_cast<double>(graph.ops().size())));
  row.add("readers", size_feature(static_cast<std::int64_t>(graph.consumers(output).size())));
  row.add("decides_output", problem.decisions().decides(op.outputs.front()) ? 1.0F : 0.0F);
  const Bytes read = op.weights ? op.weights->bytes : Bytes(0);
  const Bytes weights = op.weights ? graph.tensor(op.weights->tensor).bytes : Bytes(0);
  const Bytes written = graph.tensor(output).bytes;
  for (const MemoryId memory : chip.memories.ids()) {
    const Memory& level = chip.memories[memory];
    const std::int64_t instances =
        level.scope == Scope::kEngine ? problem.mode().engines_per_stream : 1;
    const Bytes capacity = level.capacity * instances;
    const auto name = [&](const char* what) { return fmt::format("{}_{}", what, memory.index()); };
    row.add(name("weights_part"), std::min(1.0F, part_feature(weights, capacity)));
    row.add(name("output_part"), std::min(1.0F, part_feature(written, capacity)));
    row.add(name("weights_time"), time_feature(read, level.read_bandwidth, instances));
    row.add(name("output_time"), time_feature(written, level.write_bandwidth, instances));
  }
}

nn::Topology topology_of(const Graph& graph, EdgeDirections directions) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (const OpId op : graph.ops()) {
    for (const OpId producer : graph.predecessors(op)) {
      const auto from = static_cast<std::uint32_t>(producer.index());
      const auto to = static_cast<std::uint32_t>(op.index());
      if (directions != EdgeDirections::kBackward) {
        edges.emplace_back(from, to);
      }
      if (directions != EdgeDirections::kForward) {
        edges.emplace_back(to, from);
      }
    }
  }
  return {graph.ops().size(), edges};
}

}  // namespace

std::size_t feature_count(FeatureSet set, std::size_t memories) {
  constexpr std::size_t kKinds = 2 + static_cast<std::size_t>(kVectorKindCount);
  constexpr std::size_t kPaper = kKinds + 18;
  constexpr std::size_t kChip = 4;
  constexpr std::size_t kOfMemory = 4;
  return set == FeatureSet::kPaper ? kPaper : kPaper + kChip + kOfMemory * memories;
}

NetworkInput network_input(const Problem& problem, FeatureSet set, EdgeDirections directions) {
  const Graph& graph = problem.graph();
  NetworkInput input;
  std::vector<float> values;
  Progress progress{graph.ops().size(), graph.totals().weight_bytes};
  std::vector<char> seen(graph.tensors().size(), 0);
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    Row row(values, input.names.empty() ? &input.names : nullptr);
    add_paper_features(row, graph, op, progress);
    if (set == FeatureSet::kChip) {
      add_chip_features(row, problem, id);
    }
    --progress.ops_left;
    if (op.weights && seen[op.weights->tensor.index()] == 0) {
      seen[op.weights->tensor.index()] = 1;
      progress.weights_left -= graph.tensor(op.weights->tensor).bytes;
    }
  }
  MEMPLACE_ASSERT(input.names.size() == feature_count(set, problem.chip().memories.size()),
                  std::to_string(input.names.size()));
  const auto rows = static_cast<Eigen::Index>(graph.ops().size());
  const auto columns = static_cast<Eigen::Index>(values.size()) / rows;
  input.features = Eigen::Map<const nn::Matrix<float>>(values.data(), rows, columns);
  input.topology = topology_of(graph, directions);
  return input;
}

}  // namespace memplace
