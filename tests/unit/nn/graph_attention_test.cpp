// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/graph_attention.h"

#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

TEST_CASE("attention equals attention over full matrices", "[nn]") {
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    Layout layout;
    const GraphAttention<double> layer(layout, "a", 5, 6, 3);
    const std::vector<double> parameters = random_parameters(1, layout);
    const Matrix<double> x = random_matrix(2, graph.topology.nodes(), 5);
    const Matrix<double> y = layer.forward(parameters, graph.topology.with_loops(), x);
    const Matrix<double> expected =
        reference::attention(layout, parameters, "a", reference::hearing(graph.topology), x);
    CHECK((y - expected).cwiseAbs().maxCoeff() < 1e-12);

    Layout same;
    const GraphAttention<float> in_floats(same, "a", 5, 6, 3);
    check_near(
        in_floats.forward(as_floats(parameters), graph.topology.with_loops(), x.cast<float>()),
        expected);
  }
}

TEST_CASE("attention: derivatives", "[nn]") {
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    Layout layout;
    const GraphAttention<double> layer(layout, "a", 5, 6, 3);
    std::vector<double> parameters = random_parameters(1, layout);
    const Topology loops = graph.topology.with_loops();
    Matrix<double> x = random_matrix(2, loops.nodes(), 5);
    const Matrix<double> weights = random_matrix(3, loops.nodes(), 6);
    const auto value = [&] { return weighted(weights, layer.forward(parameters, loops, x)); };

    GraphAttention<double>::Tape tape;
    layer.forward(parameters, loops, x, &tape);
    std::vector<double> gradient(layout.size(), 0.0);
    const Matrix<double> dx = layer.backward(parameters, loops, tape, weights, gradient);
    check_derivative("parameters", parameters, gradient, value);
    check_derivative("input", numbers_of(x), numbers_of(dx), value);

    // Without a gradient the derivative by the input is the same.
    CHECK(layer.backward(parameters, loops, tape, weights, {}) == dx);
  }
}

TEST_CASE("attention: a node that hears itself alone becomes what it was, times W, plus bias",
          "[nn]") {
  Layout layout;
  const GraphAttention<double> layer(layout, "a", 2, 2, 1);
  // W, a_source, a_target, bias.
  const std::vector<double> parameters{1, 2, 3, 4, 0.5, 0.5, -1, 1, 10, 20};
  REQUIRE(layout.size() == parameters.size());
  Matrix<double> x(1, 2);
  x << 1, -1;
  // (1 - 3, 2 - 4) + (10, 20), whatever the score, as the softmax of one number is 1.
  const Matrix<double> y = layer.forward(parameters, Topology(1, Edges{{0, 0}}), x);
  CHECK(y(0, 0) == Approx(8));
  CHECK(y(0, 1) == Approx(18));
}

TEST_CASE("attention: scores far apart leave weights of 0 and 1", "[nn]") {
  Layout layout;
  const GraphAttention<float> layer(layout, "a", 1, 1, 1);
  const std::vector<float> parameters{1, 1e3F, 0, 0};  // W, a_source, a_target, bias
  Matrix<float> x(2, 1);
  x << 1, 2;
  // Both hear both; e = 1000 and 2000.
  const Matrix<float> y =
      layer.forward(parameters, Topology(2, Edges{{0, 1}, {1, 0}}).with_loops(), x);
  CHECK(y(0, 0) == 2.0F);
  CHECK(y(1, 0) == 2.0F);
}

TEST_CASE("attention: operations by hand", "[nn]") {
  Layout layout;
  const GraphAttention<float> layer(layout, "a", 3, 4, 2);
  // 5 nodes: 5 x 3 x 4 products, 2 x 5 x 4 for scores; 7 edges: 7 x 4. Twice (60 + 40 + 28).
  CHECK(layer.flops(5, 7) == 256);
}

}  // namespace
}  // namespace memplace::nn
