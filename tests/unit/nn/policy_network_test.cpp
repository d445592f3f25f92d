// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/policy_network.h"

#include "base/error.h"
#include "tests/unit/nn/nn_support.h"
#include "tests/unit/nn/reference.h"

namespace memplace::nn {
namespace {

const GraphUNetShape kSmall{5, 8, 2, 2, 0.5};

TEST_CASE("policy equals one with full matrices", "[nn]") {
  const PolicyNetwork<double> policy(kSmall, 3);
  const PolicyNetwork<float> in_floats(kSmall, 3);
  const std::vector<double> parameters = random_parameters(1, policy.layout());
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    const Matrix<double> x = random_matrix(2, graph.topology.nodes(), 5);
    const Layout& layout = policy.layout();
    const Matrix<double> expected = reference::dense(
        layout, parameters, "head",
        reference::finish(layout, parameters,
                          reference::unet(layout, parameters, "unet", kSmall, graph.topology, x)));
    const Matrix<double> y = policy.forward(parameters, graph.topology, x);
    REQUIRE(y.cols() == 3);
    CHECK((y - expected).cwiseAbs().maxCoeff() < 1e-9);
    check_near(in_floats.forward(as_floats(parameters), graph.topology, x.cast<float>()), expected);
  }
}

TEST_CASE("policy: derivatives, in floats too", "[nn]") {
  const PolicyNetwork<double> policy(kSmall, 3);
  const PolicyNetwork<float> in_floats(kSmall, 3);
  std::vector<double> parameters = random_parameters(1, policy.layout());
  for (const NamedTopology& graph : awkward_topologies()) {
    INFO(graph.name);
    const Matrix<double> x = random_matrix(2, graph.topology.nodes(), 5);
    const Matrix<double> weights = random_matrix(3, graph.topology.nodes(), 3);
    PolicyNetwork<double>::Tape tape;
    policy.forward(parameters, graph.topology, x, &tape);
    std::vector<double> gradient(parameters.size(), 0.0);
    policy.backward(parameters, tape, weights, gradient);
    check_derivative("parameters", parameters, gradient, [&] {
      return weighted(weights, policy.forward(parameters, graph.topology, x));
    });

    const std::vector<float> floats = as_floats(parameters);
    PolicyNetwork<float>::Tape float_tape;
    in_floats.forward(floats, graph.topology, x.cast<float>(), &float_tape);
    std::vector<float> float_gradient(parameters.size(), 0.0F);
    in_floats.backward(floats, float_tape, weights.cast<float>(), float_gradient);
    double most = 1;
    double error = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      most = std::max(most, std::abs(gradient[i]));
      error = std::max(error, std::abs(gradient[i] - static_cast<double>(float_gradient[i])));
    }
    CHECK(error < 1e-4 * most);
  }
}

TEST_CASE("policy: backward adds to the gradient", "[nn]") {
  const PolicyNetwork<double> policy(kSmall, 3);
  const std::vector<double> parameters = random_parameters(1, policy.layout());
  const Topology topology = random_topology(1, 9, 0.3);
  PolicyNetwork<double>::Tape tape;
  policy.forward(parameters, topology, random_matrix(2, 9, 5), &tape);
  const Matrix<double> dy = random_matrix(3, 9, 3);
  std::vector<double> once(parameters.size(), 0.0);
  policy.backward(parameters, tape, dy, once);
  std::vector<double> onto(parameters.size(), 1.0);
  policy.backward(parameters, tape, dy, onto);
  for (std::size_t i = 0; i < once.size(); ++i) {
    REQUIRE(onto[i] == Approx(once[i] + 1).margin(1e-12));
  }
}

TEST_CASE("policy: a new one is nearly indifferent, and every node is treated alike", "[nn]") {
  const GraphUNetShape shape{5, 16, 4, 2, 0.5};
  const PolicyNetwork<float> policy(shape, 3);
  Rng rng(7);
  const std::vector<float> parameters = policy.layout().initialize(rng);
  const Topology topology = random_topology(1, 9, 0.3);
  const Matrix<float> y =
      policy.forward(parameters, topology, random_matrix(2, 9, 5).cast<float>());
  CHECK(y.cwiseAbs().maxCoeff() < 0.1F);
  CHECK(y.cwiseAbs().maxCoeff() > 0.0F);
}

TEST_CASE("policy: the same bytes each time, wherever the parameters lie", "[nn]") {
  const GraphUNetShape shape{5, 20, 4, 3, 0.5};
  const PolicyNetwork<float> policy(shape, 3);
  const std::vector<float> parameters = random_numbers<float>(1, policy.layout().size(), 0.3);
  const Topology topology = random_topology(1, 37, 0.1);
  const Matrix<float> x = random_matrix(2, 37, 5).cast<float>();
  const Matrix<float> dy = random_matrix(3, 37, 3).cast<float>();
  const auto run = [&](std::span<const float> own) {
    PolicyNetwork<float>::Tape tape;
    std::vector<float> result(own.size(), 0.0F);
    const Matrix<float> y = policy.forward(own, topology, x, &tape);
    policy.backward(own, tape, dy, result);
    result.insert(result.end(), y.data(), y.data() + y.size());
    return result;
  };
  const std::vector<float> first = run(parameters);
  CHECK(run(parameters) == first);
  for (const std::size_t shift : {1U, 2U, 3U, 5U}) {
    std::vector<float> moved(parameters.size() + shift, 0.0F);
    std::copy(parameters.begin(), parameters.end(),
              moved.begin() + static_cast<std::ptrdiff_t>(shift));
    CHECK(run(std::span<const float>(moved).subspan(shift)) == first);
  }
}

// What evolution may do: everything large, of either sign or of one, or nothing but zeros.
TEST_CASE("policy: everything stays finite", "[nn]") {
  const GraphUNetShape shape{5, 128, 4, 4, 0.5};
  const PolicyNetwork<float> policy(shape, 3);
  const std::size_t size = policy.layout().size();
  std::vector<float> signs = random_numbers<float>(1, size);
  for (float& number : signs) {
    number = number < 0 ? -1e3F : 1e3F;
  }
  for (const NamedTopology& graph : awkward_topologies()) {
    const std::size_t nodes = graph.topology.nodes();
    for (const double scale : {0.0, 1.0}) {
      const Matrix<float> x = random_matrix(2, nodes, 5, scale).cast<float>();
      const Matrix<float> dy = random_matrix(3, nodes, 3).cast<float>();
      for (const std::vector<float>& parameters :
           {std::vector<float>(size, 0.0F), std::vector<float>(size, 1e3F),
            std::vector<float>(size, -1e3F), signs, random_numbers<float>(4, size, 1e3)}) {
        INFO(graph.name << ", features of " << scale << ", parameters like " << parameters[0]);
        PolicyNetwork<float>::Tape tape;
        const Matrix<float> y = policy.forward(parameters, graph.topology, x, &tape);
        CHECK(all_finite({y.data(), static_cast<std::size_t>(y.size())}));
        std::vector<float> gradient(size, 0.0F);
        policy.backward(parameters, tape, dy, gradient);
        CHECK(all_finite(gradient));
      }
    }
  }
}

TEST_CASE("policy: operations by hand", "[nn]") {
  // Two nodes that hear each other; one pooling, to one node. Attention of 2 nodes and 4 edges:
  // down0: 2 (2 x 5 x 4 + 2 x 2 x 4 + 4 x 4) = 144; down1: 2 (1 x 4 x 4 + 2 x 1 x 4 + 1 x 4) = 56;
  // up0: 2 (2 x 4 x 4 + 16 + 16) = 128; head: 2 (2 x 4 x 3) = 48.
  const PolicyNetwork<float> policy({5, 4, 2, 1, 0.5}, 3);
  CHECK(policy.flops(Topology(2, Edges{{0, 1}, {1, 0}})) == 144 + 56 + 128 + 48);
}

TEST_CASE("policy: an empty graph, and features of another, are our mistake", "[nn]") {
  const PolicyNetwork<double> policy(kSmall, 3);
  const std::vector<double> parameters = random_parameters(1, policy.layout());
  CHECK_THROWS_AS(policy.forward(parameters, Topology(), zeros<double>(0, 5)), InternalError);
  CHECK_THROWS_AS(policy.forward(parameters, Topology(2, Edges{}), zeros<double>(3, 5)),
                  InternalError);
}

}  // namespace
}  // namespace memplace::nn
