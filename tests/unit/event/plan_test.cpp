// SPDX-License-Identifier: Apache-2.0
// Runs of alike pieces, on the toy chip (chunks of at most 8 B, slots of 8 B).
#include "sim/event/plan.h"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::event {
namespace {

Program toy_program_of(const std::string& text, const Chip& chip = test::toy_chip()) {
  return lower(Problem(parse_graph_text(text), chip, {1, 1, 1}));
}

}  // namespace

TEST_CASE("plan: alike pieces of an op are one run", "[event]") {
  // 26 B in blocks of at most 8 B: 4 blocks, of 7, 7, 6 and 6 B; as many tiles, each of 7 or 6 ns.
  const Program program = toy_program_of("input x 26\na: elementwise(26) in=x out=26\n");
  const Plan plan(program);
  REQUIRE(plan.tile_runs.size() == 2);
  CHECK(plan.tile_runs[0].count == 2);
  CHECK(plan.tile_runs[0].compute == 7000);
  CHECK(plan.tile_runs[0].ends_block);
  CHECK_FALSE(plan.tile_runs[0].ends_chunk);
  CHECK(plan.tile_runs[1].count == 2);
  CHECK(plan.tile_runs[1].compute == 6000);
  REQUIRE(plan.block_runs.size() == 2);
  CHECK(plan.block_runs[0].count == 2);
  CHECK_FALSE(plan.block_runs[0].is_last);
  CHECK(plan.block_runs[1].first_operand == 2);
  CHECK(plan.block_runs[1].is_last);
  CHECK(plan.chunk_runs.empty());
  // A byte takes 4 ns in DRAM and 1 ns in SRAM.
  const std::uint32_t seven_bytes = plan.tile_runs[0].output_class;
  CHECK(plan.write_time(seven_bytes, test::kDram.index()) == 28'000);
  CHECK(plan.read_time(seven_bytes, test::kSram.index()) == 7'000);
  CHECK(plan.write_time(0, test::kDram.index()) == 0);
}

TEST_CASE("plan: runs end with their op", "[event]") {
  const Program program = toy_program_of(
      "input x 8\n"
      "a: elementwise(8) in=x w=16 out=8\n"
      "b: elementwise(8) in=a w=16 out=8\n");
  const Plan plan(program);
  REQUIRE(plan.ops.size() == 2);
  // Two chunks of 8 B each, alike in both ops.
  REQUIRE(plan.chunk_runs.size() == 2);
  CHECK(plan.chunk_runs[0].count == 2);
  CHECK(plan.chunk_runs[0].op == 0);
  CHECK(plan.chunk_runs[1].op == 1);
  REQUIRE(plan.block_runs.size() == 2);
  CHECK(plan.block_runs[1].op == 1);
  CHECK(plan.ops[0].producers_end == 0);
  CHECK(plan.ops[1].producers_end == plan.ops[0].end_tile);
  CHECK(plan.ops[1].has_weights);
}

TEST_CASE("plan: a view has no runs", "[event]") {
  const Program program = toy_program_of(
      "input x 8\n"
      "v: view in=x\n"
      "a: elementwise(8) in=v out=8\n");
  const Plan plan(program);
  CHECK(plan.ops[0].tile_runs == 0);
  CHECK(plan.ops[1].tile_runs == 1);
  CHECK(plan.block_runs.front().op == 1);
}

}  // namespace memplace::event
