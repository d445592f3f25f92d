// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/graph_unet.h"

#include <fmt/format.h>

#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

GraphUNetShape shape_of(std::size_t depth) { return {5, 6, 2, depth, 0.5}; }

TEST_CASE("U-Net equals one with full matrices", "[nn]") {
  for (const NamedTopology& graph : awkward_topologies()) {
    for (const std::size_t depth : {0U, 1U, 2U, 4U}) {
      INFO(graph.name << ", depth " << depth);
      Layout layout;
      const GraphUNet<double> unet(layout, "u", shape_of(depth));
      const std::vector<double> parameters = random_parameters(depth + 1, layout);
      const Matrix<double> x = random_matrix(2, graph.topology.nodes(), 5);
      const Matrix<double> expected =
          reference::unet(layout, parameters, "u", shape_of(depth), graph.topology, x);
      const Matrix<double> y = unet.forward(parameters, graph.topology, x);
      REQUIRE(y.rows() == expected.rows());
      CHECK((y - expected).cwiseAbs().maxCoeff() < 1e-10);

      Layout same;
      const GraphUNet<float> in_floats(same, "u", shape_of(depth));
      check_near(in_floats.forward(as_floats(parameters), graph.topology, x.cast<float>()),
                 expected);
    }
  }
}

// Whether each pooling's last row kept and first row dropped are clearly apart. Where everybody
// hears everybody and no score is negative, attention makes all rows equal, and then which of them
// are kept is up to rounding: no derivative can follow that.
bool is_separated(const Layout& layout, std::span<const double> parameters,
                  const GraphUNet<double>::Tape& tape) {
  for (std::size_t l = 1; l < tape.levels.size(); ++l) {
    const Matrix<double> p =
        reference::block(layout, parameters, fmt::format("u.pool{}.direction", l));
    const Matrix<double> product = tape.levels[l - 1].down_output * p;
    std::vector<double> scores(product.data(), product.data() + product.size());
    std::sort(scores.begin(), scores.end(), std::greater<>());
    const std::size_t kept = tape.levels[l].kept.size();
    if (kept < scores.size() && scores[kept - 1] - scores[kept] < 1e-3) {
      return false;
    }
  }
  return true;
}

TEST_CASE("U-Net: derivatives", "[nn]") {
  for (const NamedTopology& graph : awkward_topologies()) {
    for (const std::size_t depth : {0U, 1U, 2U, 4U}) {
      INFO(graph.name << ", depth " << depth);
      Layout layout;
      const GraphUNet<double> unet(layout, "u", shape_of(depth));
      Matrix<double> x = random_matrix(2, graph.topology.nodes(), 5);
      std::vector<double> parameters;
      GraphUNet<double>::Tape tape;
      std::uint64_t seed = 0;
      do {
        REQUIRE(++seed < 100);
        // Greater ones from seed to seed, for scores of either sign.
        parameters =
            random_numbers<double>(seed, layout.size(), 0.4 + 0.02 * static_cast<double>(seed));
        unet.forward(parameters, graph.topology, x, &tape);
      } while (!is_separated(layout, parameters, tape));
      const Matrix<double> weights = random_matrix(3, graph.topology.nodes(), 6);
      const auto value = [&] {
        return weighted(weights, unet.forward(parameters, graph.topology, x));
      };
      std::vector<double> gradient(layout.size(), 0.0);
      const Matrix<double> dx = unet.backward(parameters, tape, weights, gradient);
      check_derivative("parameters", parameters, gradient, value);
      check_derivative("input", numbers_of(x), numbers_of(dx), value);
    }
  }
}

TEST_CASE("U-Net: the graphs of the levels are of halves, rounded up", "[nn]") {
  Layout layout;
  const GraphUNet<double> unet(layout, "u", shape_of(4));
  const std::vector<double> parameters = random_parameters(1, layout);
  GraphUNet<double>::Tape tape;
  const Topology topology = random_topology(1, 11, 0.3);
  unet.forward(parameters, topology, random_matrix(2, 11, 5), &tape);
  std::vector<std::size_t> sizes;
  for (const auto& level : tape.levels) {
    sizes.push_back(level.loops.nodes());
  }
  CHECK(sizes == std::vector<std::size_t>{11, 6, 3, 2, 1});
}

TEST_CASE("U-Net: a tape may be used again, for another graph too", "[nn]") {
  Layout layout;
  const GraphUNet<double> unet(layout, "u", shape_of(2));
  const std::vector<double> parameters = random_parameters(1, layout);
  const Topology small = random_topology(1, 6, 0.3);
  const Topology large = random_topology(2, 13, 0.3);
  const Matrix<double> dy = random_matrix(4, 6, 6);
  const auto gradient_of = [&](GraphUNet<double>::Tape& tape) {
    unet.forward(parameters, small, random_matrix(2, 6, 5), &tape);
    std::vector<double> gradient(layout.size(), 0.0);
    unet.backward(parameters, tape, dy, gradient);
    return gradient;
  };
  GraphUNet<double>::Tape used;
  unet.forward(parameters, large, random_matrix(3, 13, 5), &used);
  GraphUNet<double>::Tape fresh;
  CHECK(gradient_of(used) == gradient_of(fresh));
}

}  // namespace
}  // namespace memplace::nn
