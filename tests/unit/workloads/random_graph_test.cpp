// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_graph.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include <catch2/catch.hpp>

#include "tests/support/decisions.h"

namespace memplace {
namespace {

// How many graphs have each feature.
using Coverage = std::map<std::string, int>;

using Found = std::map<std::string, bool>;

void look_at_tensor(const Graph& graph, TensorId id, Found& found) {
  const Tensor& tensor = graph.tensor(id);
  const std::size_t readers = graph.consumers(id).size();
  const bool activation = tensor.kind == TensorKind::kActivation;
  const bool large = tensor.bytes >= Bytes(16 * 1024);
  found["branch"] |= activation && readers > 1;
  found["shared weights"] |= tensor.kind == TensorKind::kWeights && readers > 1;
  found["unread input"] |= tensor.kind == TensorKind::kInput && readers == 0;
  found["activation without bytes"] |= activation && tensor.bytes == Bytes(0);
  found["weights without bytes"] |= tensor.kind == TensorKind::kWeights && tensor.bytes == Bytes(0);
  found["large activation"] |= activation && large;
  found["large weights"] |= tensor.kind == TensorKind::kWeights && large;
  found["output that is read on"] |= tensor.graph_output && readers > 0;
  found["type " + std::string(name_of(tensor.dtype))] = true;
  const bool view = graph.storage(id) != id;
  found["view that is an output"] |= view && tensor.graph_output;
  found["view of an input"] |= view && graph.tensor(graph.storage(id)).kind == TensorKind::kInput;
  found["follower of another output"] |= !view && Decisions(graph).leader(id) != id;
}

void look_at_op(const Graph& graph, OpId id, Found& found) {
  const Op& op = graph.op(id);
  found["join"] |= graph.predecessors(id).size() > 1;
  found["no inputs"] |= op.inputs.empty();
  found["several outputs"] |= op.outputs.size() > 1;
  found["view"] |= op.is_view();
  found["view of a view"] |= op.is_view() && graph.producer(op.inputs[0].tensor).has_value() &&
                             graph.op(*graph.producer(op.inputs[0].tensor)).is_view();
  found["window"] |= op.window.has_value();
  for (const Operand& input : op.inputs) {
    found["partial read"] |= input.bytes < graph.tensor(input.tensor).bytes;
    found["one tensor read twice"] |=
        std::count_if(op.inputs.begin(), op.inputs.end(),
                      [&](const Operand& other) { return other.tensor == input.tensor; }) > 1;
  }
  found["partly read weights"] |=
      op.weights.has_value() && op.weights->bytes < graph.tensor(op.weights->tensor).bytes;
  if (const auto* grid = std::get_if<GridWork>(&op.work)) {
    found["grid"] = true;
    found["grid without weights"] |= !op.weights.has_value();
    found["grid with a batch"] |= grid->batch > 1;
    found["grid with a kernel"] |= grid->kernel > 1;
    found["grid with a residual"] |= op.weights.has_value() && op.inputs.size() > 1;
  } else if (const auto* vector = std::get_if<VectorWork>(&op.work)) {
    found["vector " + std::string(name_of(vector->kind))] = true;
    found["vector with weights"] |= op.weights.has_value();
  }
}

Found features(const Graph& graph) {
  Found found;
  int inputs = 0;
  int outputs = 0;
  for (const TensorId id : graph.tensors()) {
    inputs += graph.tensor(id).kind == TensorKind::kInput ? 1 : 0;
    outputs += graph.tensor(id).graph_output ? 1 : 0;
    look_at_tensor(graph, id, found);
  }
  for (const OpId id : graph.ops()) {
    look_at_op(graph, id, found);
  }
  found["one op"] = graph.ops().size() == 1;
  found["several inputs"] = inputs > 1;
  found["several outputs of the graph"] = outputs > 1;
  found["no decisions"] = decisions_of(graph).empty();
  return found;
}

TEST_CASE("random graphs have every feature", "[workloads]") {
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    for (const auto& [feature, present] : features(random_graph(rng, {}))) {
      coverage[feature] += present ? 1 : 0;
    }
  }
  // 30 features are named above; then come the four types and seven vector kinds.
  CHECK(coverage.size() == 30 + 4 + kVectorKindCount);
  for (const auto& [feature, count] : coverage) {
    INFO(feature);
    CHECK(count >= 3);
  }
}

TEST_CASE("a random graph is a function of its seed and options", "[workloads]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng a(seed);
    Rng b(seed);
    CHECK(random_graph(a, {}) == random_graph(b, {}));
  }
  Rng a(1);
  Rng b(2);
  CHECK_FALSE(random_graph(a, {}) == random_graph(b, {}));
}

TEST_CASE("random graphs keep to their options", "[workloads]") {
  const RandomGraphOptions options{
      .least_ops = 3, .most_ops = 5, .most_elements = 256, .most_channels = 4};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Graph graph = random_graph(rng, options);
    CHECK(graph.ops().size() >= 3);
    CHECK(graph.ops().size() <= 5);
    for (const TensorId id : graph.tensors()) {
      const bool weights = graph.tensor(id).kind == TensorKind::kWeights;
      // At most 8 products of 4 x 4 channels over a kernel of 9.
      CHECK(graph.tensor(id).shape[0] <= (weights ? 8 * 4 * 4 * 9 : 256));
    }
    for (const OpId id : graph.ops()) {
      if (const auto* grid = std::get_if<GridWork>(&graph.op(id).work)) {
        CHECK(grid->in_channels <= 4);
        CHECK(grid->out_channels <= 4);
      }
    }
  }
}

// The facts of a graph, found again the slow way.
TEST_CASE("lifetimes, leaders and decisions agree with their definitions", "[workloads]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, 1);
    const Graph graph = random_graph(rng, {});
    const Decisions decisions(graph);
    const auto tensors = decisions.tensors();
    std::size_t decided = 0;
    for (const TensorId id : graph.tensors()) {
      const Tensor& tensor = graph.tensor(id);
      CHECK(decisions.leader(decisions.leader(id)) == decisions.leader(id));
      CHECK(graph.storage(graph.storage(id)) == graph.storage(id));
      CHECK(graph.lifetime(id) == graph.lifetime(graph.storage(id)));
      CHECK(decisions.is_fixed(id) == decisions.is_fixed(decisions.leader(id)));
      if (tensor.graph_output || tensor.kind == TensorKind::kInput) {
        CHECK(decisions.is_fixed(id));
      }
      const auto times = std::count(tensors.begin(), tensors.end(), id);
      CHECK(times == (decisions.leader(id) == id && !decisions.is_fixed(id) ? 1 : 0));
      decided += static_cast<std::size_t>(times);
      for (const OpId reader : graph.consumers(id)) {
        CHECK(graph.lifetime(id).contains(reader.index()));
      }
      if (const auto producer = graph.producer(graph.storage(id))) {
        CHECK(graph.lifetime(id).begin == producer->index());
      }
    }
    CHECK(decided == decisions.size());
  }
}

}  // namespace
}  // namespace memplace
