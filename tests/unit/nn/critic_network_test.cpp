// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/critic_network.h"

#include "base/error.h"
#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

const GraphUNetShape kSmallCritic{5, 8, 2, 2, 0.5};
constexpr std::size_t kActions = 3;

// The header's formulas, sample by sample, with m as a full matrix times a.
Matrix<double> values_of(const Layout& layout, std::span<const double> parameters,
                         const Topology& topology, const Matrix<double>& x,
                         const Matrix<double>& actions) {
  using reference::block;
  const Matrix<double> h = reference::finish(
      layout, parameters, reference::unet(layout, parameters, "unet", kSmallCritic, topology, x));
  const auto n = static_cast<Eigen::Index>(topology.nodes());
  Matrix<double> means = reference::hearing(topology).cast<double>();
  for (Eigen::Index i = 0; i < n; ++i) {
    means.row(i) /= std::max(1.0, means.row(i).sum());
  }
  Matrix<double> values(actions.rows() / n, 2);
  for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
    const Matrix<double> a = actions.middleRows(sample * n, n);
    for (Eigen::Index k = 0; k < 2; ++k) {
      const std::string name = "critic" + std::to_string(k);
      const Matrix<double> w = block(layout, parameters, name + ".actions");
      Matrix<double> u = h * block(layout, parameters, name + ".hidden") + a * w.topRows(a.cols()) +
                         means * a * w.bottomRows(a.cols());
      u.rowwise() += block(layout, parameters, name + ".bias").row(0);
      const Matrix<double> g = reference::elu(u).colwise().mean();
      values(sample, k) = reference::dense(
          layout, parameters, name + ".second",
          reference::elu(reference::dense(layout, parameters, name + ".first", g)))(0, 0);
    }
  }
  return values;
}

TEST_CASE("critics equal ones with full matrices, with and without a tape", "[nn]") {
  const CriticNetwork<double> critic(kSmallCritic, kActions);
  const CriticNetwork<float> in_floats(kSmallCritic, kActions);
  const std::vector<double> parameters = random_parameters(1, critic.layout());
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    const std::size_t nodes = graph.topology.nodes();
    const Matrix<double> x = random_matrix(2, nodes, 5);
    const Matrix<double> actions = random_matrix(3, 4 * nodes, kActions);
    const Matrix<double> expected =
        values_of(critic.layout(), parameters, graph.topology, x, actions);

    CriticNetwork<double>::Trunk trunk;
    critic.forward_trunk(parameters, graph.topology, x, trunk);
    CriticNetwork<double>::Tape tape;
    const Matrix<double> values = critic.forward(parameters, trunk, actions, &tape);
    REQUIRE(values.rows() == 4);
    REQUIRE(values.cols() == 2);
    CHECK((values - expected).cwiseAbs().maxCoeff() < 1e-10);
    CHECK(critic.forward(parameters, trunk, actions) == values);

    CriticNetwork<float>::Trunk float_trunk;
    const std::vector<float> floats = as_floats(parameters);
    in_floats.forward_trunk(floats, graph.topology, x.cast<float>(), float_trunk);
    check_near(in_floats.forward(floats, float_trunk, actions.cast<float>()), expected);
  }
}

TEST_CASE("critics: derivatives by parameters and actions", "[nn]") {
  const CriticNetwork<double> critic(kSmallCritic, kActions);
  std::vector<double> parameters = random_parameters(1, critic.layout());
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    const std::size_t nodes = graph.topology.nodes();
    const Matrix<double> x = random_matrix(2, nodes, 5);
    Matrix<double> actions = random_matrix(3, 2 * nodes, kActions);
    const Matrix<double> weights = random_matrix(4, 2, 2);
    CriticNetwork<double>::Trunk trunk;
    critic.forward_trunk(parameters, graph.topology, x, trunk);
    CriticNetwork<double>::Tape tape;
    critic.forward(parameters, trunk, actions, &tape);
    std::vector<double> gradient(parameters.size(), 0.0);
    Matrix<double> d_actions;
    critic.backward(parameters, trunk, tape, weights, gradient, &d_actions);

    const auto value = [&] {
      CriticNetwork<double>::Trunk own;
      critic.forward_trunk(parameters, graph.topology, x, own);
      return weighted(weights, critic.forward(parameters, own, actions));
    };
    check_derivative("parameters", parameters, gradient, value);
    check_derivative("actions", numbers_of(actions), numbers_of(d_actions), value);

    // Each alone is the same.
    std::vector<double> alone(parameters.size(), 0.0);
    critic.backward(parameters, trunk, tape, weights, alone, nullptr);
    CHECK(alone == gradient);
    Matrix<double> d_alone;
    critic.backward(parameters, trunk, tape, weights, {}, &d_alone);
    CHECK(d_alone == d_actions);
  }
}

TEST_CASE("critics: one trunk serves many batches", "[nn]") {
  const CriticNetwork<double> critic(kSmallCritic, kActions);
  const std::vector<double> parameters = random_parameters(1, critic.layout());
  const Topology topology = random_topology(3, 9, 0.3);
  CriticNetwork<double>::Trunk trunk;
  critic.forward_trunk(parameters, topology, random_matrix(2, 9, 5), trunk);
  const Matrix<double> actions = random_matrix(3, 27, kActions);
  const Matrix<double> all = critic.forward(parameters, trunk, actions);
  for (Eigen::Index sample = 0; sample < 3; ++sample) {
    const Matrix<double> one = actions.middleRows(sample * 9, 9);
    CHECK((critic.forward(parameters, trunk, one) - all.row(sample)).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("critics: the two differ from the start", "[nn]") {
  const CriticNetwork<float> critic(kSmallCritic, kActions);
  Rng rng(3);
  const std::vector<float> parameters = critic.layout().initialize(rng);
  const Topology topology = random_topology(3, 9, 0.3);
  CriticNetwork<float>::Trunk trunk;
  critic.forward_trunk(parameters, topology, random_matrix(2, 9, 5).cast<float>(), trunk);
  const Matrix<float> values =
      critic.forward(parameters, trunk, random_matrix(3, 9, kActions).cast<float>());
  CHECK(values(0, 0) != values(0, 1));
}

TEST_CASE("critics: everything stays finite", "[nn]") {
  const CriticNetwork<float> critic({5, 128, 4, 4, 0.5}, kActions);
  const std::size_t size = critic.layout().size();
  for (const NamedTopology& graph : awkward_topologies()) {
    const std::size_t nodes = graph.topology.nodes();
    for (const double scale : {0.0, 1.0}) {
      const Matrix<float> x = random_matrix(2, nodes, 5, scale).cast<float>();
      const Matrix<float> actions = random_matrix(3, 3 * nodes, kActions, scale).cast<float>();
      for (const std::vector<float>& parameters :
           {std::vector<float>(size, 0.0F), std::vector<float>(size, 1e3F),
            random_numbers<float>(4, size, 1e3)}) {
        INFO(graph.name << ", features of " << scale << ", parameters like " << parameters[0]);
        CriticNetwork<float>::Trunk trunk;
        critic.forward_trunk(parameters, graph.topology, x, trunk);
        CriticNetwork<float>::Tape tape;
        const Matrix<float> values = critic.forward(parameters, trunk, actions, &tape);
        CHECK(all_finite({values.data(), static_cast<std::size_t>(values.size())}));
        std::vector<float> gradient(size, 0.0F);
        Matrix<float> d_actions;
        critic.backward(parameters, trunk, tape, Matrix<float>::Ones(3, 2), gradient, &d_actions);
        CHECK(all_finite(gradient));
        CHECK(all_finite({d_actions.data(), static_cast<std::size_t>(d_actions.size())}));
      }
    }
  }
}

TEST_CASE("critics: operations by hand", "[nn]") {
  // One node, no pooling: attention 2 (5 x 4 + 2 x 4 + 4) = 64. Each critic: h W_h 2 (4 x 4) = 32,
  // and for each of 2 samples actions 2 (2 x 3 x 4) = 48, the dense layers 2 (4 x 4) = 32 and
  // 2 (4 x 1) = 8.
  const CriticNetwork<float> critic({5, 4, 2, 0, 0.5}, kActions);
  CHECK(critic.flops(Topology(1, Edges{}), 2) == 64 + 2 * (32 + 2 * (48 + 32 + 8)));
}

TEST_CASE("critics: actions that are no whole samples are our mistake", "[nn]") {
  const CriticNetwork<double> critic(kSmallCritic, kActions);
  const std::vector<double> parameters = random_parameters(1, critic.layout());
  CriticNetwork<double>::Trunk trunk;
  critic.forward_trunk(parameters, Topology(2, Edges{}), zeros<double>(2, 5), trunk);
  CHECK_THROWS_AS(critic.forward(parameters, trunk, zeros<double>(3, kActions)), InternalError);
  CHECK_THROWS_AS(critic.forward(parameters, trunk, zeros<double>(2, kActions + 1)), InternalError);
}

}  // namespace
}  // namespace memplace::nn
