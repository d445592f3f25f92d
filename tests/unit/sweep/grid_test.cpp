// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/grid.h"

#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

const std::string kGridSpec = R"(workloads: [a, b]
chip: toy
parameters:
  memories.sram.capacity: [32 B, 8 B, 16 B]
  engines.count: [1, 2]
  memories.llc.capacity: [64 B, 32 B, 48 B]
zip: [[memories.sram.capacity, memories.llc.capacity]]
mappings: [native, all-slowest]
)";

}  // namespace

TEST_CASE("points are numbered by workload, mapping and axes", "[sweep]") {
  const SweepSpec spec = spec_of(kGridSpec);
  const SweepGrid grid(spec);
  // Two axes: three values that move together, and two.
  CHECK(grid.cells() == 6);
  CHECK(grid.points() == 2 * 2 * 6);
  CHECK(grid.place(0) == GridPlace{0, 0, 0});
  CHECK(grid.place(7) == GridPlace{0, 1, 1});
  CHECK(grid.place(23) == GridPlace{1, 1, 5});
  for (std::size_t point = 0; point < grid.points(); ++point) {
    CHECK(grid.point(grid.place(point)) == point);
  }
}

TEST_CASE("cells name their values and their neighbours", "[sweep]") {
  const SweepSpec spec = spec_of(kGridSpec);
  const SweepGrid grid(spec);
  // The last axis changes fastest: cell 3 is the second value of the first and the second of it.
  CHECK(grid.value_index(3, 0) == 1);
  CHECK(grid.value_index(3, 1) == 1);
  CHECK(grid.with_value(3, 0, 2) == 5);
  CHECK(grid.with_value(3, 1, 0) == 2);
  CHECK(one_line(grid.parameters(3)) ==
        R"({"memories.sram.capacity":8,"memories.llc.capacity":32,"engines.count":2})");
  // 8, 16, 32 B.
  CHECK(grid.ascending(0) == std::vector<std::size_t>{1, 2, 0});
}

}  // namespace memplace
