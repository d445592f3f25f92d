// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/sections.h"

#include <catch2/catch.hpp>

#include "tests/unit/allocation/buffers.h"

namespace memplace {
namespace {

using Indices = std::vector<std::uint32_t>;

Indices members(const Sections& sections, std::size_t section) {
  const auto found = sections.members(section);
  return {found.begin(), found.end()};
}

TEST_CASE("sections are the largest sets of buffers live together", "[allocation]") {
  // time  0   2   4   6   8
  // 0     |-------|                {0, 1}, then {1, 2} grows into {1, 2, 3}
  // 1     |-----------------|
  // 2             |---------|
  // 3                 |-----|
  const Sections sections({{buffer(0, 4), buffer(0, 9), buffer(4, 9), buffer(6, 9)}, 0_B});
  REQUIRE(sections.size() == 2);
  CHECK(members(sections, 0) == Indices{0, 1});
  CHECK(members(sections, 1) == Indices{1, 2, 3});
  CHECK(sections.first_item(0) == 0);
  CHECK(sections.first_item(1) == 2);
  CHECK(sections.first_item(2) == 4);
  CHECK(overlaps(sections) == std::vector<Indices>{{1}, {0, 2, 3}, {1, 3}, {1, 2}});
}

TEST_CASE("buffers of no bytes are in no section", "[allocation]") {
  const Sections sections({{buffer(0, 4, 0), buffer(5, 6)}, 0_B});
  REQUIRE(sections.size() == 1);
  CHECK(sections.items().front().buffer == 1);
  CHECK(Sections(AllocationProblem{}).size() == 0);
}

}  // namespace
}  // namespace memplace
