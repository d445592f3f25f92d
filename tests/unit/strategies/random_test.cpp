// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/random.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// The first `count` proposals: for each memory, how many of the decisions are in it.
std::vector<std::vector<int>> histograms(const Program& program, std::size_t count,
                                         const std::string& shares) {
  const auto strategy = make_strategy("random", program, 11, count, {"shares=" + shares});
  std::vector<std::vector<int>> result;
  while (result.size() < count) {
    for (const auto& [mapping, part] : strategy->ask(count - result.size())) {
      std::vector<int>& histogram = result.emplace_back(program.chip().memories.size(), 0);
      for (const TensorId id : program.problem.decisions().tensors()) {
        ++histogram[mapping[id].index()];
      }
    }
    strategy->tell({});
  }
  return result;
}

}  // namespace

// 25 decisions x 2000 mappings = 50,000 draws of probability 1/3: mean 16,667, deviation 105. Six
// deviations are 632.
TEST_CASE("random: each memory is as likely as the other", "[random]") {
  const Program program = many_decisions();
  REQUIRE(program.problem.decisions().tensors().size() == 25);
  std::vector<int> sums(3, 0);
  for (const std::vector<int>& histogram : histograms(program, 2000, "equal")) {
    for (std::size_t i = 0; i < 3; ++i) {
      sums[i] += histogram[i];
    }
  }
  for (const int sum : sums) {
    CHECK(std::abs(sum - 16'667) < 632);
  }
}

// With equal shares sram holds 8.3 +- 2.4 of 25, so hardly ever 22 or more (5.8 deviations). With
// drawn shares its share is above 0.9 in 1% of the mappings ((1 - 0.9)^2, as for two of three
// gaps).
TEST_CASE("random: drawn shares reach mappings that equal ones do not", "[random]") {
  const Program program = many_decisions();
  const auto most_in_sram = [&](const std::string& shares) {
    int most = 0;
    for (const std::vector<int>& histogram : histograms(program, 2000, shares)) {
      most = std::max(most, histogram[2]);
    }
    return most;
  };
  CHECK(most_in_sram("equal") < 22);
  CHECK(most_in_sram("drawn") >= 24);
}

TEST_CASE("random: results change nothing", "[random]") {
  const Program program = toy_program(kDiamondText);
  FakeSimulator one(1);
  FakeSimulator other(2);
  const SearchResult a = run_search("random", program, one, 4, 200);
  const SearchResult b = run_search("random", program, other, 4, 200);
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK(a.history[i].asked_hash == b.history[i].asked_hash);
  }
}

}  // namespace memplace::test
