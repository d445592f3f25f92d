// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/parameters.h"

#include "tests/unit/nn/nn_support.h"

namespace memplace::nn {
namespace {

TEST_CASE("blocks lie one after the other", "[nn]") {
  Layout layout;
  const Block first = layout.add("a", 2, 3, Init::kZero);
  const Block second = layout.add("b", 1, 4, Init::kOne, 0.5);
  CHECK(first.offset == 0);
  CHECK(second.offset == 6);
  CHECK(layout.size() == 10);
  REQUIRE(layout.parts().size() == 2);
  CHECK(layout.parts()[1].name == "b");
  Rng rng(1);
  CHECK(layout.initialize(rng) == std::vector<float>{0, 0, 0, 0, 0, 0, 0.5F, 0.5F, 0.5F, 0.5F});
}

TEST_CASE("a view is of a block's numbers, row by row", "[nn]") {
  Layout layout;
  layout.add("a", 1, 2, Init::kZero);
  const Block block = layout.add("b", 2, 2, Init::kZero);
  std::vector<float> numbers{0, 1, 2, 3, 4, 5};
  const auto seen = view(std::span<const float>(numbers), block);
  CHECK(seen(0, 1) == 3.0F);
  CHECK(seen(1, 0) == 4.0F);
  view(std::span<float>(numbers), block)(1, 1) = 9;
  CHECK(numbers[5] == 9.0F);
}

TEST_CASE("Glorot's numbers are uniform with variance 2 / (rows + columns), times the scale",
          "[nn]") {
  Layout layout;
  layout.add("a", 100, 200, Init::kGlorot);
  layout.add("b", 100, 200, Init::kGlorot, 0.1);
  Rng rng(3);
  const std::vector<float> drawn = layout.initialize(rng);
  // 20,000 numbers within the root of 6 / 300 = 0.1414, variance 1 / 150 give or take 1%.
  const auto check = [](std::span<const float> numbers, double scale) {
    double square = 0;
    double most = 0;
    for (const float number : numbers) {
      square += static_cast<double>(number) * static_cast<double>(number);
      most = std::max(most, std::abs(static_cast<double>(number)));
    }
    CHECK(square / 20000 == Approx(scale * scale / 150).epsilon(0.03));
    CHECK(most <= scale * 0.14143);
    CHECK(most > scale * 0.141);
  };
  check(std::span<const float>(drawn).first(20000), 1);
  check(std::span<const float>(drawn).subspan(20000), 0.1);

  Rng same(3);
  CHECK(layout.initialize(same) == drawn);
}

}  // namespace
}  // namespace memplace::nn
