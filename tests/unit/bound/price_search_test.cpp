// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/price_search.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/bound/nanosecond.h"
#include "tests/unit/bound/one_weight.h"
#include "tests/unit/bound/scripted_solver.h"

namespace memplace::test {
namespace {

using bound::bound_of;
using bound::Chain;
using bound::PriceSearch;
using bound::PricesFound;
using bound::RoomPrices;
using bound::search_prices;
using bound::Time;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kLlcRow = 0, kSramRow = 1;  // of the prices: there is one step

struct Priced : OneWeight {
  RoomPrices prices_of(double llc, double sram) const {
    RoomPrices prices(room);
    prices.set_per_byte(kLlcRow, llc);
    prices.set_per_byte(kSramRow, sram);
    return prices;
  }
  Time bound_at(double llc, double sram, Time target = 84 * kNs) {
    return bound_of(chain, prices_of(llc, sram), allowed, kWidth, target);
  }
  PricesFound search(const RoomPrices& start, std::size_t rounds, bound::LinearSolver* solver,
                     Time target = 84 * kNs) {
    PriceSearch request{rounds, kWidth, [=] { return target; }, nullptr};
    request.on_round = [this](Time best, const std::vector<std::uint8_t>& memories) {
      told.emplace_back(best, memories.at(0));
    };
    return search_prices(chain, room, start, allowed, request, solver);
  }

  Chain chain{relaxed, room};
  std::vector<std::pair<Time, int>> told;  // of each round: the best bound, the weights' memory
};

}  // namespace

TEST_CASE("prices prove the chain's least less the price of all room", "[bound]") {
  Priced s;
  // In sram for nothing.
  CHECK(s.bound_at(0, 0) == 52 * kNs);
  // 8 B cost 8 ns there, the 3 B that there are 3 ns.
  CHECK(s.bound_at(0, 1000) == 57 * kNs);
  // From 4 ns a byte on dram is as good, and what room costs is all that changes.
  CHECK(s.bound_at(0, 4000) == 72 * kNs);
  CHECK(s.bound_at(0, 5000) == 69 * kNs);
  // The weights may not be in llc, whose room costs all the same.
  CHECK(s.bound_at(1000, 4000) == 69 * kNs);
  // No more than the target.
  CHECK(s.bound_at(0, 4000, 70 * kNs) == 70 * kNs);
  s.allowed[kLlc.index()] = 1;
  CHECK(s.bound_at(0, 4000) == 40 * kNs);
  CHECK(s.bound_at(4000, 4000) == 60 * kNs);
}

TEST_CASE("prices that are far too high prove nothing", "[bound]") {
  Priced s;
  RoomPrices prices(s.room);
  prices.set(kSramRow, std::numeric_limits<std::int64_t>::max());
  // 3 B of sram are 3 x 2^43 ps.
  REQUIRE(prices.of_capacity().has_value());
  CHECK(bound_of(s.chain, prices, s.allowed, kWidth, 84 * kNs) < 0);
}

// At no price the weights are in sram, 5 B too many. By Polyak the price goes up by what is lacking
// to the target over that: 32 ns / 5 B. Then they are in dram and sram's 3 B cost 19.2 ns.
TEST_CASE("subgradients follow what is too much", "[bound]") {
  Priced s;
  const PricesFound found = s.search(s.prices_of(0, 0), 2, nullptr);
  CHECK(found.rounds == 2);
  CHECK(found.bound == 84 * kNs - 19'200);
  CHECK(found.prices.at(kSramRow) == 6400 * static_cast<std::int64_t>(bound::kPriceUnit));
  CHECK(found.prices.at(kLlcRow) == 0);
  CHECK(s.told == std::vector<std::pair<Time, int>>{{52 * kNs, 2}, {64'800, 0}});
}

TEST_CASE("a search keeps the best prices, whatever the last ones prove", "[bound]") {
  Priced s;
  // The third round's price is far too high: 6.4 + 19.2 / 0.25 x 0.5 = 44.8 ns a byte.
  const PricesFound found = s.search(s.prices_of(0, 0), 3, nullptr);
  CHECK(found.rounds == 3);
  CHECK(found.bound == 64'800);
  REQUIRE(s.told.size() == 3);
  CHECK(s.told[2] == std::pair(Time{64'800}, 0));
  Priced other;
  const PricesFound longer = other.search(other.prices_of(0, 0), 300, nullptr);
  CHECK(longer.bound > 71 * kNs);
  CHECK(longer.bound <= 72 * kNs);
}

TEST_CASE("a bound as high as the target ends the search", "[bound]") {
  Priced s;
  const PricesFound found = s.search(s.prices_of(0, 0), 50, nullptr, 52 * kNs);
  CHECK(found.rounds == 1);
  CHECK(found.bound == 52 * kNs);
  CHECK(s.told.empty());
}

TEST_CASE("without rounds nothing is proven", "[bound]") {
  Priced s;
  const PricesFound found = s.search(s.prices_of(0, 4000), 0, nullptr);
  CHECK(found.rounds == 0);
  CHECK(found.bound == 0);
}

// What the master is told is the mapping's time without prices, and its excess: 52 ns, of llc's 3 B
// all free, of sram's 5 too many. It proposes the best there is, then nothing better.
TEST_CASE("boxes go on where the master hopes for more", "[bound]") {
  Priced s;
  ScriptedSolver solver;
  solver.answers.push_back({0, {0, 4000, 0.072}, {}});
  solver.answers.push_back({0, {0, 4000, 0.072}, {}});
  solver.answers.push_back({0, {0, 9999, 0.999}, {}});
  const PricesFound found = s.search(s.prices_of(0, 1000), 50, &solver);
  CHECK(found.rounds == 2);
  CHECK(found.bound == 72 * kNs);
  CHECK(found.prices.at(kSramRow) == 4000 * static_cast<std::int64_t>(bound::kPriceUnit));
  CHECK(solver.answers.size() == 1);
  REQUIRE(solver.rows.size() == 2);
  CHECK(solver.rows[0].upper == Approx(0.052));
  REQUIRE(solver.rows[0].terms.size() == 3);
  CHECK(solver.rows[0].terms[kSramRow].second == Approx(-5e-6));
}

TEST_CASE("boxes end with a solver that fails", "[bound]") {
  Priced s;
  ScriptedSolver solver;
  const PricesFound found = s.search(s.prices_of(0, 1000), 50, &solver);
  CHECK(found.rounds == 1);
  CHECK(found.bound == 57 * kNs);
}

}  // namespace memplace::test
