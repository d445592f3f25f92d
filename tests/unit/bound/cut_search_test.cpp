// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/cut_search.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/bound/nanosecond.h"
#include "tests/unit/bound/one_weight.h"
#include "tests/unit/bound/scripted_solver.h"

namespace memplace::test {
namespace {

using bound::CutSearch;
using bound::PathRule;
using bound::Time;
using Column = ScriptedSolver::Column;
using Terms = std::vector<std::pair<std::uint32_t, double>>;

constexpr std::uint32_t kLatency = 3;  // the column behind the shares of dram, llc and sram

// Times in microseconds, bytes in MiB.
constexpr double kMib = 1 << 20;

struct Searched : OneWeight {
  // Of the weights in each memory, and the latency.
  void answer(double dram, double sram, double microseconds, std::vector<double> duals = {}) {
    solver.answers.push_back({microseconds, {dram, 0, sram, microseconds}, std::move(duals)});
  }

  ScriptedSolver solver;
  CutSearch search{relaxed, room, allowed, solver};
};

}  // namespace

TEST_CASE("a relaxation has shares of each decision that are one in all, and a latency",
          "[bound]") {
  const Searched s;
  CHECK(s.solver.columns == std::vector<Column>{{0, 1, 0}, {0, 0, 0}, {0, 1, 0}, {0, kEndless, 1}});
  REQUIRE(s.solver.rows.size() == 1);
  CHECK(s.solver.rows[0].terms == Terms{{0, 1}, {1, 1}, {2, 1}});
  CHECK(s.solver.rows[0].lower == 1);
  CHECK(s.solver.rows[0].upper == 1);
  CHECK(s.search.proven() == 0);
  CHECK_FALSE(s.search.has_prices());
}

TEST_CASE("a cut is a row: the latency is no less than its sum", "[bound]") {
  Searched s;
  s.search.add({52 * kNs, {{0, 32 * kNs}}});
  REQUIRE(s.solver.rows.size() == 2);
  CHECK(s.solver.rows[1].terms == Terms{{0, -0.032}, {kLatency, 1}});
  CHECK(s.solver.rows[1].lower == 0.052);
  CHECK(s.solver.rows[1].upper == kEndless);
}

// Of the weights, 8 B, 3/8 fit in sram, which has 3.
TEST_CASE("a memory that is too full becomes a row, once", "[bound]") {
  Searched s;
  s.answer(0.625, 0.375, 0.052);
  s.search.tighten(std::nullopt, 1);
  CHECK(s.solver.rows.size() == 1);
  s.answer(0.624, 0.376, 0.052);
  s.answer(0.624, 0.376, 0.052);
  s.search.tighten(std::nullopt, 10);
  REQUIRE(s.solver.rows.size() == 2);
  CHECK(s.solver.rows[1].terms == Terms{{2, 8 / kMib}});
  CHECK(s.solver.rows[1].lower == -kEndless);
  CHECK(s.solver.rows[1].upper == 3 / kMib);
  // The second answer breaks nothing that is not there yet, and no third was asked for.
  CHECK(s.solver.answers.empty());
}

// With all weights in dram the longest path is x behind them, computing and the output: 84 ns.
TEST_CASE("a path that is longer than the latency becomes a cut", "[bound]") {
  Searched s;
  s.answer(1, 0, 0.052);
  s.answer(1, 0, 0.084);
  s.search.tighten(PathRule::kQueue, 10);
  REQUIRE(s.solver.rows.size() == 2);
  CHECK(s.solver.rows[1].terms == Terms{{0, -0.032}, {kLatency, 1}});
  CHECK(s.solver.rows[1].lower == 0.052);
  CHECK(s.search.shares() == bound::Shares{1, 0, 0});
  CHECK(s.solver.answers.empty());
}

// Without queues x is there at 16 ns; the weights, at 32 ns, are what the op waits for.
TEST_CASE("paths are of the rules asked for", "[bound]") {
  Searched s;
  s.answer(1, 0, 0.010);
  s.search.tighten(PathRule::kPrefetch, 1);
  REQUIRE(s.solver.rows.size() == 2);
  CHECK(s.solver.rows[1].terms == Terms{{0, -0.032}, {kLatency, 1}});
  CHECK(s.solver.rows[1].lower == 0.036);
  Searched data;
  data.answer(1, 0, 0.010);
  data.search.tighten(PathRule::kData, 1);
  REQUIRE(data.solver.rows.size() == 2);
  CHECK(data.solver.rows[1].terms == Terms{{kLatency, 1}});
  CHECK(data.solver.rows[1].lower == 0.052);
}

// The cut 52 + 32 dram and sram's 3 B. With a dual of 1 for the cut and -4 ns a byte for the room:
// 52 + the less of 32 in dram and 8 B x 4 ns in sram, less 3 B x 4 ns.
TEST_CASE("what is proven follows from duals alone", "[bound]") {
  Searched s;
  s.search.add({52 * kNs, {{0, 32 * kNs}}});
  s.answer(0, 1, 0.052);
  s.search.tighten(std::nullopt, 1);
  CHECK(s.search.proven() == 0);  // no dual, no proof
  s.answer(0, 1, 99, {0, 1});
  s.search.tighten(std::nullopt, 1);
  CHECK(s.search.proven() == 52 * kNs);
  CHECK_FALSE(s.search.has_prices());
  // 4000 ps a byte are 4000 x 2^20 / 10^6 microseconds a MiB.
  s.answer(0.625, 0.375, 99, {0, 1, -4000 * kMib / 1e6});
  s.search.tighten(std::nullopt, 1);
  CHECK(s.search.proven() == 72 * kNs);
  CHECK(s.search.has_prices());
  CHECK(s.search.prices().at(1) == 4000 * static_cast<std::int64_t>(bound::kPriceUnit));
}

TEST_CASE("no answer of a solver proves what is not true, or takes anything back", "[bound]") {
  Searched s;
  s.search.add({52 * kNs, {{0, 32 * kNs}}});
  s.answer(0, 1, 0.052, {0, 1});
  s.search.tighten(std::nullopt, 1);
  REQUIRE(s.search.proven() == 52 * kNs);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (const double cut : {-1.0, 0.0, 1e300, kNone}) {
    for (const double full : {-1e300, -1.0, 1.0, kNone}) {
      CAPTURE(cut, full);
      s.answer(-7, 9, -1e9, {1e9, cut, full});
      CHECK(s.search.tighten(std::nullopt, 1) >= 52 * kNs);
      CHECK(s.search.proven() <= 72 * kNs);
      CHECK(s.search.shares() == bound::Shares{0, 0, 1});  // from 0 to 1 all the same
    }
  }
  // Nor does one that fails.
  CHECK(s.search.tighten(std::nullopt, 1) >= 52 * kNs);
}

TEST_CASE("a cut that does not matter for thirteen solutions is dropped", "[bound]") {
  Searched s;
  s.search.add({1 * kNs, {}});
  s.search.add({52 * kNs, {{0, 32 * kNs}}});
  for (int i = 0; i < 13; ++i) {
    CHECK(s.solver.removed.empty());
    s.answer(1, 0, 0.084, {0, 0, 1});
    s.search.tighten(std::nullopt, 1);
  }
  // The row behind that of the decision.
  CHECK(s.solver.removed == std::vector<std::vector<int>>{{1}});
  // The rows behind it moved up, with their cuts: 60 in sram.
  s.search.add({60 * kNs, {{0, 24 * kNs}}});
  s.answer(1, 0, 0.084, {0, 0, 1});
  CHECK(s.search.tighten(std::nullopt, 1) == 60 * kNs);
}

TEST_CASE("whole decisions are the memories that have most of each", "[bound]") {
  Searched s;
  s.solver.integer_answers.push_back({0.080, {0.9, 0, 0.1, 0.0796}});  // shorter than its path
  s.solver.integer_answers.push_back({0.070, {1, 0, 0, 0.084}});
  const auto outcome = s.search.solve_integers({100, 0}, 10);
  CHECK(s.solver.whole == std::vector<std::uint32_t>{0, 1, 2});
  REQUIRE(outcome.has_value());
  CHECK(outcome->claimed == 80 * kNs);
  CHECK(outcome->memories == std::vector<std::uint8_t>{0});
  CHECK(s.solver.integer_answers.empty());
  REQUIRE(s.solver.rows.size() == 2);
  CHECK(s.solver.rows[1].lower == 0.052);
  CHECK(s.search.proven() == 0);
}

TEST_CASE("without a whole solution there is a claim at most", "[bound]") {
  Searched s;
  CHECK_FALSE(s.search.solve_integers({100, 0}, 10).has_value());
  s.solver.integer_answers.push_back({0.080, {}});
  const auto outcome = s.search.solve_integers({100, 0}, 10);
  REQUIRE(outcome.has_value());
  CHECK(outcome->claimed == 80 * kNs);
  CHECK_FALSE(outcome->memories.has_value());
}

}  // namespace memplace::test
