// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/network_input.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/chip/chip_reader.h"
#include "tests/support/toy_chips.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

constexpr double kUnit = 1.0 / 32;  // of size features: 2^n - 1 is n of them

Tensor tensor(const std::string& name, TensorKind kind, Shape shape, Bytes bytes) {
  Tensor made;
  made.name = name;
  made.kind = kind;
  made.shape = std::move(shape);
  made.bytes = bytes;
  return made;
}

// A convolution that reads 127 of its 255 B of weights, and an elementwise op.
Graph hand_made() {
  GraphBuilder builder("two");
  const TensorId x = builder.add_tensor(tensor("x", TensorKind::kInput, {1, 3, 7, 15}, 1023_B));
  const TensorId w = builder.add_tensor(tensor("w", TensorKind::kWeights, {255}, 255_B));
  const TensorId y = builder.add_tensor(tensor("y", TensorKind::kActivation, {1, 7, 3, 1}, 255_B));
  const TensorId z = builder.add_tensor(tensor("z", TensorKind::kActivation, {15}, 63_B));
  Op conv;
  conv.name = "conv";
  conv.kind = "conv";
  conv.work = GridWork{1, 1, 3, 341, 1};  // 1023 MACs
  conv.inputs = {{x, 1023_B}};
  conv.weights = Operand{w, 127_B};
  conv.outputs = {y};
  conv.window = Window{3, 7, 1, 3, 1, 3};
  builder.add_op(conv);
  Op relu;
  relu.name = "relu";
  relu.kind = "relu";
  relu.work = VectorWork{VectorKind::kElementwise, 63};
  relu.inputs = {{y, 255_B}};
  relu.outputs = {z};
  builder.add_op(relu);
  return builder.build();
}

// DRAM 1 MiB at 4 ns a byte, LLC 510 B at 2 ns, and in each engine 255 B at 1 ns.
Chip hand_made_chip() {
  Chip chip = toy_chip();
  chip.engines.count = 2;
  chip.memories[kLlc].capacity = 510_B;
  chip.memories[kSram].capacity = 255_B;
  chip.memories[kSram].scope = Scope::kEngine;
  return chip;
}

std::map<std::string, double> row_of(const NetworkInput& input, std::size_t row) {
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < input.names.size(); ++i) {
    values[input.names[i]] = static_cast<double>(
        input.features(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(i)));
  }
  REQUIRE(values.size() == input.names.size());
  return values;
}

void check_row(const NetworkInput& input, std::size_t row,
               const std::map<std::string, double>& expected) {
  const std::map<std::string, double> found = row_of(input, row);
  for (const auto& [name, value] : expected) {
    CAPTURE(row, name);
    REQUIRE(found.contains(name));
    CHECK(found.at(name) == Approx(value).margin(1e-6));
  }
  // What is not said is 0.
  for (const auto& [name, value] : found) {
    CAPTURE(row, name);
    if (!expected.contains(name)) {
      CHECK(value == 0);
    }
  }
}

// Of so many nanoseconds.
double time_of(double ns) { return std::log2(1 + ns) / 32; }

std::vector<std::uint32_t> heard(const nn::Topology& topology, std::size_t node) {
  return {topology.heard(node).begin(), topology.heard(node).end()};
}

}  // namespace

// Two engines a stream: 2 x 255 B, and half the time.
TEST_CASE("features of a network made by hand", "[learning]") {
  const NetworkInput input = network_input(Problem(hand_made(), hand_made_chip(), Mode{1, 2, 1}),
                                           FeatureSet::kChip, EdgeDirections::kBoth);
  REQUIRE(input.features.rows() == 2);
  const double mib = 1 << 20;
  check_row(input, 0,
            {{"grid", 1},
             {"weight_bytes", 8 * kUnit},
             {"input_x", 4 * kUnit},
             {"input_y", 3 * kUnit},
             {"input_z", 2 * kUnit},
             {"output_x", 1 * kUnit},
             {"output_y", 2 * kUnit},
             {"output_z", 3 * kUnit},
             {"input_bytes", 10 * kUnit},
             {"output_bytes", 8 * kUnit},
             {"ops_left", 1},
             {"weights_left", 1},
             {"groups", 2 * kUnit},
             {"kernel_x", 3 * kUnit},
             {"kernel_y", 2 * kUnit},
             {"stride", 1 * kUnit},
             {"padding", 2 * kUnit},
             {"dilation", 1 * kUnit},
             {"batch", 1 * kUnit},
             {"macs", 10 * kUnit},
             {"lifetime", 1},  // steps 0 and 1 of 2
             {"readers", 1 * kUnit},
             {"decides_output", 1},
             {"weights_part_0", 255 / mib},
             {"weights_part_1", 0.5},
             {"weights_part_2", 0.5},
             {"output_part_0", 255 / mib},
             {"output_part_1", 0.5},
             {"output_part_2", 0.5},
             {"weights_time_0", time_of(127 * 4)},
             {"weights_time_1", time_of(127 * 2)},
             {"weights_time_2", time_of(127 / 2.0)},
             {"output_time_0", time_of(255 * 4)},
             {"output_time_1", time_of(255 * 2)},
             {"output_time_2", time_of(255 / 2.0)}});
  check_row(input, 1,
            {{"elementwise", 1},
             {"input_x", 1 * kUnit},
             {"input_y", 2 * kUnit},
             {"input_z", 3 * kUnit},
             {"output_x", 4 * kUnit},
             {"output_y", 1 * kUnit},
             {"output_z", 1 * kUnit},
             {"input_bytes", 8 * kUnit},
             {"output_bytes", 6 * kUnit},
             {"ops_left", 0.5},
             {"groups", 1 * kUnit},
             {"batch", 1 * kUnit},
             {"lifetime", 0.5},  // step 1, then the end
             {"output_part_0", 63 / mib},
             {"output_part_1", 63 / 510.0},
             {"output_part_2", 63 / 510.0},
             {"output_time_0", time_of(63 * 4)},
             {"output_time_1", time_of(63 * 2)},
             {"output_time_2", time_of(63 / 2.0)}});
}

// One engine a stream: 255 B are all there is, and nothing is more than all.
TEST_CASE("memories of engines are pooled as the mode says", "[learning]") {
  const Graph graph = hand_made();
  Chip chip = hand_made_chip();
  const auto part = [&](std::int64_t engines, const std::string& name) {
    return row_of(network_input(Problem(graph, chip, Mode{1, engines, 1}), FeatureSet::kChip,
                                EdgeDirections::kBoth),
                  0)
        .at(name);
  };
  CHECK(part(1, "weights_part_2") == 1);
  CHECK(part(2, "weights_part_2") == 0.5);
  CHECK(part(1, "weights_time_2") == Approx(7 * kUnit));
  CHECK(part(1, "weights_part_1") == 0.5);
  CHECK(part(2, "weights_part_1") == 0.5);
  chip.memories[kSram].capacity = 100_B;
  CHECK(part(2, "weights_part_2") == 1);
}

TEST_CASE("views, shared weights and weights left", "[learning]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: grid(out=8,in=8) w=48 in=x out=16\n"
      "v: view in=a\n"
      "b: grid(out=8,in=8) w=a.weights in=v out=16\n"
      "c: softmax(16) w=16 in=b out=8\n");
  const NetworkInput input =
      network_input(Problem(graph, toy_chip()), FeatureSet::kChip, EdgeDirections::kBoth);
  const std::vector<double> weights_left{1, 0.25, 0.25, 0.25};
  const std::vector<std::string> kinds{"grid", "view", "grid", "softmax"};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    const std::map<std::string, double> row = row_of(input, i);
    CHECK(row.at("weights_left") == Approx(weights_left[i]));
    CHECK(row.at("ops_left") == Approx(1 - 0.25 * static_cast<double>(i)));
    double sum = 0;
    for (const std::string kind : {"view", "grid", "copy", "elementwise", "transcendental",
                                   "softmax", "normalization", "reduction", "mac"}) {
      CHECK(row.at(kind) == (kind == kinds[i] ? 1 : 0));
      sum += row.at(kind);
    }
    CHECK(sum == 1);
  }
  // Read by v and, through it, by b, which is 2: steps 0 to 2 of 4. The view decides nothing.
  CHECK(row_of(input, 0).at("lifetime") == 0.75);
  CHECK(row_of(input, 0).at("decides_output") == 1);
  CHECK(row_of(input, 1).at("decides_output") == 0);
  CHECK(row_of(input, 3).at("decides_output") == 0);
}

TEST_CASE("what is recalled of EGRL begins the features of the chip", "[learning]") {
  const Graph graph = hand_made();
  const Chip chip = hand_made_chip();
  const NetworkInput paper =
      network_input(Problem(graph, chip), FeatureSet::kPaper, EdgeDirections::kBoth);
  const NetworkInput all =
      network_input(Problem(graph, chip), FeatureSet::kChip, EdgeDirections::kBoth);
  REQUIRE(paper.names.size() < all.names.size());
  CHECK(std::equal(paper.names.begin(), paper.names.end(), all.names.begin()));
  CHECK(paper.features == all.features.leftCols(paper.features.cols()));
  CHECK(static_cast<std::size_t>(paper.features.cols()) == paper.names.size());
}

// a feeds b and c, which feed d.
TEST_CASE("edges lead where they are told", "[learning]") {
  const Graph graph = parse_graph_text(
      "input x 8\n"
      "a: grid(out=4,in=8) w=32 in=x out=24\n"
      "b: elementwise(24) in=a out=24\n"
      "c: grid(out=8,in=8) w=48 in=a out=16\n"
      "d: grid(out=8,in=4) w=16 in=b,c out=8\n");
  const auto topology = [&](EdgeDirections directions) {
    return network_input(Problem(graph, toy_chip()), FeatureSet::kPaper, directions).topology;
  };
  using Nodes = std::vector<std::uint32_t>;
  const std::vector<Nodes> producers{{}, {0}, {0}, {1, 2}};
  const std::vector<Nodes> consumers{{1, 2}, {3}, {3}, {}};
  const std::vector<Nodes> both{{1, 2}, {0, 3}, {0, 3}, {1, 2}};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(heard(topology(EdgeDirections::kForward), i) == producers[i]);
    CHECK(heard(topology(EdgeDirections::kBackward), i) == consumers[i]);
    CHECK(heard(topology(EdgeDirections::kBoth), i) == both[i]);
  }
}

TEST_CASE("features of every built-in network on every chip are alike and in range", "[learning]") {
  std::map<std::size_t, std::vector<std::string>> names;  // by memories of the chip
  std::size_t networks = 0;
  for (const std::string& name : builtin_names()) {
    const Graph graph = make_builtin(name, DType::kInt8);
    ++networks;
    for (const std::string& chip_name : chip_names()) {
      const Chip chip = load_chip(chip_name);
      const NetworkInput input = network_input(Problem(graph, chip, resolve_mode(chip, {}, {}, {})),
                                               FeatureSet::kChip, EdgeDirections::kBoth);
      CAPTURE(name, chip_name);
      CHECK(input.topology.nodes() == graph.ops().size());
      CHECK(static_cast<std::size_t>(input.features.rows()) == graph.ops().size());
      CHECK(input.features.allFinite());
      CHECK(input.features.minCoeff() >= 0);
      CHECK(input.features.maxCoeff() <= 1.5F);
      std::vector<std::string>& first = names[chip.memories.size()];
      if (first.empty()) {
        first = input.names;
      }
      CHECK(input.names == first);
    }
  }
  CHECK(networks >= 4);
}

}  // namespace memplace::test
