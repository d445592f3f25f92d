// SPDX-License-Identifier: Apache-2.0
// The searches with Clp and CBC, where memplace is built with them.
#include <cstdint>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/bound/chain.h"
#include "optimizer/bound/cut_search.h"
#include "optimizer/bound/linear_solver.h"
#include "optimizer/bound/price_search.h"
#include "tests/unit/bound/nanosecond.h"
#include "tests/unit/bound/one_weight.h"

namespace memplace::test {
namespace {

using bound::Time;

// By duals that are not exact a bound is a few picoseconds below what it could be, never above.
void check_bound(Time bound, Time best) {
  CHECK(bound <= best);
  CHECK(bound >= best - 10);
}

}  // namespace

// 3 B of 8 are in sram, the other 5/8 in dram: 52 + 32 x 5/8. A byte more of sram would save 4 ns.
TEST_CASE("cuts and full memories end at the relaxation's optimum", "[bound]") {
  const OneWeight e;
  const auto solver = bound::make_linear_solver();
  REQUIRE(solver != nullptr);
  bound::CutSearch search(e.relaxed, e.room, e.allowed, *solver);
  check_bound(search.tighten(bound::PathRule::kQueue, 50), 72 * kNs);
  REQUIRE(search.shares().size() == 3);
  CHECK(search.shares()[0] == Approx(0.625));
  CHECK(search.shares()[2] == Approx(0.375));
  CHECK(static_cast<double>(search.prices().at(1)) / bound::kPriceUnit == Approx(4000));
}

TEST_CASE("whole decisions that fit are found", "[bound]") {
  const OneWeight e;
  const auto solver = bound::make_linear_solver();
  bound::CutSearch search(e.relaxed, e.room, e.allowed, *solver);
  const auto outcome = search.solve_integers({1000, 0}, 50);
  REQUIRE(outcome.has_value());
  CHECK(outcome->memories == std::vector<std::uint8_t>{0});
  CHECK(outcome->claimed == Approx(84 * kNs));
  CHECK(search.proven() == 0);
}

// From 1 ns a byte of sram, 57 ns. The box lets it be 2.5: 52 + 8 x 2.5 less 3 x 2.5. Then up to
// 8.125, where the weights are in dram: 84 - 3 x 8.125. Both mappings together say 4 ns a byte.
TEST_CASE("boxes end at the best prices", "[bound]") {
  const OneWeight e;
  bound::Chain chain(e.relaxed, e.room);
  bound::RoomPrices start(e.room);
  start.set_per_byte(1, 1000);
  std::vector<Time> bests;
  const auto solver = bound::make_linear_solver();
  const bound::PricesFound found =
      search_prices(chain, e.room, start, e.allowed,
                    {50, 100, [] { return 84 * kNs; },
                     [&](Time best, const std::vector<std::uint8_t>&) { bests.push_back(best); }},
                    solver.get());
  check_bound(found.bound, 72 * kNs);
  CHECK(found.rounds == 4);
  CHECK(static_cast<double>(found.prices.at(1)) / bound::kPriceUnit == Approx(4000));
  REQUIRE(bests.size() == 4);
  CHECK(bests[0] == 57 * kNs);
  check_bound(bests[1], 64'500);
  check_bound(bests[2], 64'500);
}

}  // namespace memplace::test
