// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/placements.h"

#include <map>
#include <utility>

#include <catch2/catch.hpp>

#include "optimizer/search/mapping_digits.h"
#include "tests/unit/report/toy_reports.h"

namespace memplace::test {
namespace {

// Decisions: a.weights 40 B, a.out 16, b.weights 40, b.out 16, c.weights 24.
constexpr const char* kChain =
    "graph chain\n"
    "input x 8\n"
    "a: grid(out=8,in=8) w=40 in=x out=16\n"
    "b: grid(out=8,in=8) w=40 in=a out=16\n"
    "c: grid(out=8,in=8) w=24 in=b out=8\n";

}  // namespace

// a.weights stay in llc, b.weights go from dram to llc, c.weights from llc to dram; a.out goes from
// sram to dram, b.out stays in sram. Of the 64 B of weights that were in llc, 24 went.
TEST_CASE("bytes move between memories", "[figures]") {
  const Program program = tiny_program(kChain);
  const auto mapping = [&](const char* digits) {
    return *mapping_of_digits(program.problem, digits);
  };
  const auto cells = transitions(program.problem, mapping("12021"), mapping("10120"));
  REQUIRE(cells.size() == 2 * 3 * 3);
  const std::map<std::size_t, std::pair<Bytes, double>> moved{{1, {40_B, 1}},
                                                              {3, {24_B, 0.375}},
                                                              {4, {40_B, 0.625}},
                                                              {9 + 6, {16_B, 0.5}},
                                                              {9 + 8, {16_B, 0.5}}};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    CAPTURE(i);
    CHECK(cells[i].kind == (i < 9 ? TensorKind::kWeights : TensorKind::kActivation));
    CHECK(cells[i].from == MemoryId(i % 9 / 3));
    CHECK(cells[i].to == MemoryId(i % 3));
    const auto found = moved.find(i);
    CHECK(cells[i].bytes == (found == moved.end() ? 0_B : found->second.first));
    CHECK(cells[i].from_share == (found == moved.end() ? 0 : found->second.second));
  }
}

TEST_CASE("a strip has the decisions in schedule order", "[figures]") {
  const Program program = tiny_program(kChain);
  const auto places = strip_places(program.problem);
  REQUIRE(places.size() == 5);
  CHECK(program.graph().tensor(places[0].tensor).name == "a.weights");
  CHECK(places[0].op == "a");
  CHECK(places[0].bytes == 40_B);
  CHECK(program.graph().tensor(places[3].tensor).name == "b.out");
  CHECK(places[3].op == "b");
  CHECK(places[3].bytes == 16_B);
  CHECK(places[4].op == "c");
}

}  // namespace memplace::test
