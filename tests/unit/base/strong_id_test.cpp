// SPDX-License-Identifier: Apache-2.0
#include "base/strong_id.h"

#include <cstddef>
#include <functional>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

using RowId = StrongId<struct RowTag>;
using ColumnId = StrongId<struct ColumnTag>;

static_assert(!std::is_convertible_v<int, RowId>);
static_assert(!std::is_convertible_v<RowId, ColumnId>);
static_assert(!std::is_constructible_v<RowId, ColumnId>);
static_assert(!std::is_invocable_v<std::equal_to<>, RowId, ColumnId>);

TEST_CASE("ids compare by index", "[base]") {
  CHECK(RowId() == RowId(0));
  CHECK(RowId(3).index() == 3);
  CHECK(RowId(3) < RowId(4));
  CHECK(RowId(3) != RowId(4));
}

TEST_CASE("a range of ids visits each once, in order", "[base]") {
  std::vector<std::size_t> seen;
  for (const RowId id : IdRange<RowId>(2, 5)) {
    seen.push_back(id.index());
  }
  CHECK(seen == std::vector<std::size_t>{2, 3, 4});
  CHECK(IdRange<RowId>(2, 5).size() == 3);
  for (const RowId id : IdRange<RowId>(4, 4)) {
    FAIL("visited " << id.index());
  }
}

TEST_CASE("an id vector is indexed by the ids it gives out", "[base]") {
  IdVector<RowId, int> items;
  CHECK(items.empty());
  CHECK(items.push_back(7) == RowId(0));
  CHECK(items.push_back(8) == RowId(1));
  items[RowId(0)] += 10;
  CHECK(items == IdVector<RowId, int>{17, 8});
  CHECK(items != IdVector<RowId, int>{17, 9});
  CHECK(items.size() == 2);
  int sum = 0;
  for (const RowId id : items.ids()) {
    sum = sum * 100 + items[id];
  }
  CHECK(sum == 1708);
  sum = 0;
  for (const int item : items) {
    sum += item;
  }
  CHECK(sum == 25);
}

TEST_CASE("an id vector of a size is filled with one value", "[base]") {
  const IdVector<RowId, int> items(3, 5);
  CHECK(items == IdVector<RowId, int>{5, 5, 5});
  CHECK(IdVector<RowId, int>(2) == IdVector<RowId, int>{0, 0});
}

}  // namespace
}  // namespace memplace
