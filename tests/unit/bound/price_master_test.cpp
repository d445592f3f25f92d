// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/price_master.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/toy_tasks.h"
#include "tests/unit/bound/scripted_solver.h"

namespace memplace::test {
namespace {

using bound::kMostPrice;
using bound::kPriceUnit;
using bound::PriceMaster;
using bound::Room;
using bound::RoomPrices;
using Column = ScriptedSolver::Column;

// Three steps, and llc and sram: six prices, llc's first.
struct SixPrices {
  Program program = toy_program(kChainText);
  Room room{program};
  ScriptedSolver solver;
  PriceMaster master{room, solver};
};

}  // namespace

TEST_CASE("the master has a column a price and one that is the bound", "[bound]") {
  const SixPrices e;
  REQUIRE(e.solver.columns.size() == 7);
  CHECK(e.solver.columns[5] == Column{0, 0, 0});
  // It minimizes, so the bound counts negative.
  CHECK(e.solver.columns[6] == Column{-kEndless, kEndless, -1});
  CHECK(e.solver.rows.empty());
}

// bound <= 3 us + price x 2 MB - price x 0.5 MB; in microseconds, and megabytes at picoseconds a
// byte are microseconds.
TEST_CASE("a mapping is a row: no bound exceeds its time and its excess at their prices",
          "[bound]") {
  SixPrices e;
  e.master.add(3'000'000, {0, 2'000'000, 0, 0, -500'000, 0});
  REQUIRE(e.solver.rows.size() == 1);
  const bound::LinearRow& row = e.solver.rows[0];
  CHECK(row.lower == -kEndless);
  CHECK(row.upper == 3);
  REQUIRE(row.terms.size() == 3);
  CHECK(row.terms[0].first == 1);
  CHECK(row.terms[0].second == Approx(-2));
  CHECK(row.terms[1].first == 4);
  CHECK(row.terms[1].second == Approx(0.5));
  CHECK(row.terms[2] == std::pair(std::uint32_t{6}, 1.0));
}

TEST_CASE("proposals come from a box around the best prices", "[bound]") {
  SixPrices e;
  RoomPrices centre(e.room);
  centre.set_per_byte(centre.row(1, 0), 9);
  centre.set_per_byte(centre.row(1, 1), 3);
  centre.set_per_byte(centre.row(2, 2), 6);
  e.solver.answers.push_back({0, {1.5, 2, 0, -1, 0.25, 2e6, 7.5}, {}});
  const auto proposal = e.master.propose(centre, 0.5);
  // Llc's prices are 12 in all, the dearer memory's: 4 on average. Half of that or of itself.
  CHECK(e.solver.columns[0] == Column{4.5, 13.5, 0});
  CHECK(e.solver.columns[1] == Column{1, 5, 0});
  CHECK(e.solver.columns[2] == Column{0, 2, 0});
  CHECK(e.solver.columns[3] == Column{0, 2, 0});
  CHECK(e.solver.columns[5] == Column{3, 9, 0});
  CHECK(e.solver.columns[6] == Column{-kEndless, kEndless, -1});
  REQUIRE(proposal.has_value());
  CHECK(proposal->hoped == Approx(7.5e6));
  // In units; what is negative or too high is a price nevertheless.
  const auto unit = static_cast<std::int64_t>(kPriceUnit);
  CHECK(proposal->prices.at(0) == unit * 3 / 2);
  CHECK(proposal->prices.at(1) == unit * 2);
  CHECK(proposal->prices.at(3) == 0);
  CHECK(proposal->prices.at(4) == unit / 4);
  CHECK(proposal->prices.at(5) == unit * static_cast<std::int64_t>(kMostPrice));
}

TEST_CASE("no box reaches above the highest price", "[bound]") {
  SixPrices e;
  RoomPrices centre(e.room);
  centre.set_per_byte(0, kMostPrice);
  e.solver.answers.push_back({0, std::vector<double>(7, 0.0), {}});
  e.master.propose(centre, 4);
  CHECK(e.solver.columns[0] == Column{0, kMostPrice, 0});
}

TEST_CASE("a solver that fails proposes nothing", "[bound]") {
  SixPrices e;
  CHECK_FALSE(e.master.propose(RoomPrices(e.room), 1).has_value());
}

}  // namespace memplace::test
