// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/labels.h"

#include <array>
#include <cstdint>

#include <catch2/catch.hpp>

#include "optimizer/bound/chain_layout.h"

namespace memplace::test {
namespace {

using bound::Labels;
using bound::Time;

void add(Labels& labels, Time total, std::uint64_t key, std::array<Time, 2> times,
         std::uint32_t parent = 0) {
  labels.add(total, key, parent, 0, times.data());
}

}  // namespace

TEST_CASE("a label goes where another is cheaper by more than it is later", "[bound]") {
  Labels labels;
  labels.clear(2);
  add(labels, 100, 1, {0, 5}, 1);
  add(labels, 104, 1, {0, 0}, 2);   // 4 dearer, but 5 sooner: stays
  add(labels, 106, 1, {0, -1}, 3);  // 2 dearer than the second, 1 sooner: goes
  add(labels, 101, 2, {9, 9}, 4);   // another key: stays
  add(labels, 105, 1, {0, 0}, 5);   // dearer than the second and no sooner: goes
  labels.reduce(10);
  REQUIRE(labels.size() == 3);
  CHECK(labels.parent(0) == 1);
  CHECK(labels.parent(1) == 2);
  CHECK(labels.parent(2) == 4);
}

TEST_CASE("labels that are too many become ones that are no later", "[bound]") {
  Labels labels;
  labels.clear(2);
  add(labels, 100, 1, {0, 400});
  add(labels, 350, 1, {100, 0});
  add(labels, 100'000, 1, {-200'000, 400});
  labels.reduce(2);
  REQUIRE(labels.size() == 2);
  CHECK(labels.total(0) == 100);
  CHECK(labels.times(0)[0] == 0);
  CHECK(labels.times(0)[1] == 0);  // of the second
  CHECK(labels.total(1) == 100'000);
}

TEST_CASE("the worst of many keys become one that knows no memories", "[bound]") {
  Labels labels;
  labels.clear(2);
  add(labels, 100, 0x21, {5, 5});
  add(labels, 200, 0x11, {1, 9});
  add(labels, 300, 0x12, {9, 1});
  labels.reduce(2);
  REQUIRE(labels.size() == 2);
  CHECK(labels.key(0) == 0x21);
  CHECK(labels.key(1) == (0x10 | bound::kUnknownMemory));
  CHECK(labels.total(1) == 200);
  CHECK(labels.times(1)[0] == 1);
  CHECK(labels.times(1)[1] == 1);
}

}  // namespace memplace::test
