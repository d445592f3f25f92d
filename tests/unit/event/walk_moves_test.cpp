// SPDX-License-Identifier: Apache-2.0
// Small cases with moves, as many as there are: where all takes whole nanoseconds, much happens at
// the same instant, and what a walk leaves for later is missed if it comes too late.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sim/event/engine.h"
#include "sim/event/walk.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {
namespace {

MovePlan plan_of(const Problem& problem, const std::vector<std::pair<std::string, MemoryId>>& near,
                 const std::vector<std::pair<std::string, std::string>>& fetched) {
  const Graph& graph = problem.graph();
  MovePlan plan{uniform_mapping(problem, kDram), {}};
  for (const auto& [name, memory] : near) {
    plan.near[graph.find_tensor(name).value()] = memory;
  }
  settle(problem, plan.near);
  for (const Movable& movable : problem.movables().list()) {
    const Tensor& tensor = graph.tensor(movable.tensor);
    for (const auto& [name, after] : fetched) {
      if (name == tensor.name) {
        plan.near[movable.tensor] = kLlc;
        plan.moves.push_back({movable.tensor, kDram, kLlc, tensor.bytes, graph.find_op(after),
                              movable.first_op, movable.last_op, 0_B});
      }
    }
  }
  return plan;
}

void check_walk(const Problem& problem, const MovePlan& plan) {
  const Program program = lower(problem);
  const event::Plan laid_out(program);
  REQUIRE(event::Walk::can_walk(laid_out));
  const event::Time expected = event::Engine(laid_out).latency(plan);
  REQUIRE(event::Walk(laid_out).run(plan).latency == expected);
}

Chip chip_with(std::int64_t places, MoverService service) {
  Chip chip = toy_chip();
  chip.mover = {4_B, places, 0_ns, service};
  return chip;
}

}  // namespace

// c's weights are on their way when a ends, and b's may begin then: who takes the place?
TEST_CASE("a place gets free when an op ends", "[event]") {
  for (std::int64_t work = 1; work <= 60; ++work) {
    for (const std::int64_t places : {1, 2, 3}) {
      const Graph graph = parse_graph_text(fmt::format(
          "input x 4\na: elementwise({}) in=x out=4\nb: grid(out=5,in=4) w=8 in=a out=4\n"
          "c: grid(out=5,in=4) w=12 in=b out=4\n",
          work));
      for (const MoverService service : {MoverService::kDemandFirst, MoverService::kFcfs}) {
        INFO(work << " with " << places << " places, " << name_of(service));
        const Problem problem(graph, chip_with(places, service));
        check_walk(problem, plan_of(problem, {{"a.out", kSram}, {"b.out", kSram}},
                                    {{"b.weights", "a"}, {"c.weights", ""}}));
      }
    }
  }
}

// The weight reader waits for b's weights. When they are written it posts those of c too, in the
// memory from which a reads its blocks meanwhile.
TEST_CASE("the weight reader goes on in the midst of an op", "[event]") {
  for (std::int64_t work = 8; work <= 64; ++work) {
    for (std::int64_t weights = 4; weights <= 40; weights += 4) {
      INFO(work << " elements, " << weights << " B of weights");
      const Graph graph = parse_graph_text(
          fmt::format("input x 4\np: elementwise(4) in=x out=8\na: elementwise({}) in=p out={}\n"
                      "b: grid(out=20,in=4) w={} in=a out=4\nc: grid(out=5,in=4) w=4 in=b out=4\n",
                      work, work, weights));
      const Problem problem(graph, chip_with(2, MoverService::kDemandFirst));
      check_walk(
          problem,
          plan_of(problem,
                  {{"p.out", kSram}, {"a.out", kSram}, {"b.out", kSram}, {"c.weights", kSram}},
                  {{"b.weights", ""}}));
    }
  }
}

}  // namespace memplace::test
