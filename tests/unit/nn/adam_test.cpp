// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/adam.h"

#include "base/error.h"
#include "tests/unit/nn/nn_support.h"

namespace memplace::nn {
namespace {

TEST_CASE("Adam: the first step is the rate, against the gradient's sign", "[nn]") {
  // m / (1 - 0.9) = g and v / (1 - 0.999) = g^2, so the step is rate g / (|g| + epsilon).
  Adam adam(3, {0.1, 0.9, 0.999, 1e-8, 0});
  std::vector<float> parameters{1, 1, 1};
  adam.step(parameters, std::vector<float>{5, -0.01F, 0});
  CHECK(parameters[0] == Approx(0.9));
  CHECK(parameters[1] == Approx(1.1));
  CHECK(parameters[2] == 1.0F);
  CHECK(adam.steps() == 1);
  adam.visit([](std::uint64_t steps, const auto& first, const auto& second) {
    CHECK(steps == 1);
    CHECK(first[0] == Approx(0.5));
    CHECK(second[0] == Approx(0.025));
  });
}

TEST_CASE("Adam: the second step by hand", "[nn]") {
  Adam adam(1, {0.1, 0.5, 0.75, 0, 0});
  std::vector<float> parameters{0};
  adam.step(parameters, std::vector<float>{2});  // m = 1, v = 1: down by 0.1
  // m = 0.5 + 0.5 x 4 = 2.5, over 1 - 0.25: 3.3333; v = 0.75 + 0.25 x 16 = 4.75, over 1 - 0.5625:
  // 10.857, root 3.295; down by 0.1 x 1.01163.
  adam.step(parameters, std::vector<float>{4});
  CHECK(parameters[0] == Approx(-0.1 - 0.101163));
}

TEST_CASE("Adam: a long gradient is scaled to the clip, a short one is not", "[nn]") {
  const auto moment = [](std::vector<float> gradient) {
    Adam adam(2, {0.1, 0.9, 0.999, 1e-8, 1});
    std::vector<float> parameters{0, 0};
    adam.step(parameters, gradient);
    std::vector<float> moments;
    adam.visit([&](auto, const auto& first, const auto&) { moments = first; });
    return moments;
  };
  CHECK(moment({30, 40})[0] == Approx(0.06));  // 0.1 x 30 / 50
  CHECK(moment({30, 40})[1] == Approx(0.08));
  CHECK(moment({0.3F, 0.4F})[0] == Approx(0.03));
}

TEST_CASE("Adam: restored, it goes on as if nothing had been", "[nn]") {
  const AdamRule rule{0.1, 0.9, 0.999, 1e-8, 0};
  const std::vector<float> gradient{1, -2};
  Adam adam(2, rule);
  std::vector<float> parameters{0, 0};
  adam.step(parameters, gradient);
  Adam other(2, rule);
  adam.visit([&](auto steps, const auto& first, const auto& second) {
    other.visit([&](auto& to_steps, auto& to_first, auto& to_second) {
      to_steps = steps;
      to_first = first;
      to_second = second;
    });
  });
  std::vector<float> same = parameters;
  adam.step(parameters, gradient);
  other.step(same, gradient);
  CHECK(same == parameters);
  CHECK_THROWS_AS(other.step(same, std::vector<float>{1}), InternalError);
}

TEST_CASE("Adam finds the bottom of a bowl", "[nn]") {
  Adam adam(2, {0.05, 0.9, 0.999, 1e-8, 0});
  std::vector<float> p{3, -2};
  for (int i = 0; i < 500; ++i) {
    adam.step(p, std::vector<float>{2 * (p[0] - 1), 20 * (p[1] - 1)});
  }
  CHECK(p[0] == Approx(1).margin(0.01));
  CHECK(p[1] == Approx(1).margin(0.01));
}

TEST_CASE("follow moves a share of the way", "[nn]") {
  std::vector<float> target{0, 8};
  follow(target, std::vector<float>{4, 4}, 0.25);
  CHECK(target == std::vector<float>{1, 7});
}

}  // namespace
}  // namespace memplace::nn
