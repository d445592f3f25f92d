// SPDX-License-Identifier: Apache-2.0
#include "bench/mapping_set.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/feasible.h"
#include "workloads/builtin/builtins.h"

namespace memplace::bench {
namespace {

Program program_of(const std::string& workload, const std::vector<std::string>& overrides = {}) {
  const Chip chip = load_chip("nnpi", overrides);
  return lower(Problem(make_builtin(workload, DType::kInt8), chip, resolve_mode(chip, {}, {}, {})));
}

Mapping native_of(const Program& program) { return apply_heuristic("native", program.problem); }

std::vector<TensorId> changed_decisions(const Program& program, const Mapping& a,
                                        const Mapping& b) {
  std::vector<TensorId> changed;
  for (const TensorId id : program.problem.decisions().tensors()) {
    if (a[id] != b[id]) {
      changed.push_back(id);
    }
  }
  return changed;
}

bool is_settled(const Program& program, const Mapping& mapping) {
  Mapping settled = mapping;
  settle(program.problem, settled);
  return settled == mapping;
}

}  // namespace

TEST_CASE("typical mappings are 64 feasible ones, the heuristics' first", "[bench]") {
  const Program program = program_of("resnet50");
  const std::vector<Mapping> mappings = typical_mappings(program);
  REQUIRE(mappings.size() == 64);
  for (const Mapping& mapping : mappings) {
    CHECK(is_settled(program, mapping));
    const RectifyResult result = rectify(program.problem, mapping);
    CHECK(std::get<Rectified>(result).feasible_as_asked());
  }
  for (std::size_t i = 0; i < heuristics().size(); ++i) {
    CHECK(mappings[i] == heuristics()[i].make(program.problem));
  }
  CHECK(typical_mappings(program) == mappings);
  // Random mappings differ from native in some two thirds of 106 decisions, neighbours in few.
  const Mapping native = native_of(program);
  const auto near = std::count_if(mappings.begin() + 5, mappings.end(), [&](const Mapping& m) {
    return changed_decisions(program, native, m).size() < 20;
  });
  CHECK(near == 30);
  // Rectifying may make two neighbours one.
  std::size_t distinct = 0;
  for (auto mapping = mappings.begin(); mapping != mappings.end(); ++mapping) {
    distinct += std::find(mappings.begin(), mapping, *mapping) == mapping ? 1U : 0U;
  }
  CHECK(distinct >= 60);
}

TEST_CASE("a network that fits nowhere has no typical mappings", "[bench]") {
  CHECK_THROWS_AS(typical_mappings(program_of("resnet50", {"memories.dram.capacity=1KiB"})),
                  InfeasibleFailure);
}

TEST_CASE("changed decisions are as many as asked, or all", "[bench]") {
  const Program program = program_of("mobilenet-v2");
  const Mapping native = native_of(program);
  const std::size_t all = decisions_with_bytes(program).size();
  Rng rng(7);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, all, all + 1}) {
    const Mapping mapping = change_decisions(program, native, count, rng);
    CHECK(changed_decisions(program, native, mapping).size() == std::min(count, all));
    CHECK(is_settled(program, mapping));
  }
}

TEST_CASE("one-tensor changes change one decision, in their tenth of the schedule", "[bench]") {
  const Program program = program_of("resnet50");
  const Graph& graph = program.graph();
  const Mapping native = native_of(program);
  const auto first_op = [&](TensorId id) {
    return graph.producer(id) ? graph.producer(id)->index() : graph.consumers(id).front().index();
  };
  CHECK(one_tensor_changes(program).size() == 64);
  for (const Mapping& mapping : one_tensor_changes(program)) {
    CHECK(changed_decisions(program, native, mapping).size() == 1);
  }
  std::size_t steps_seen = 0;
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    const Steps steps = steps_of_tenth(program, tenth);
    CHECK(steps.begin == steps_seen);
    steps_seen = steps.end;
    const std::vector<Mapping> mappings = one_tensor_changes_in_tenth(program, tenth);
    CHECK(mappings.size() == 16);
    for (const Mapping& mapping : mappings) {
      const std::vector<TensorId> changed = changed_decisions(program, native, mapping);
      REQUIRE(changed.size() == 1);
      CHECK(first_op(changed.front()) >= steps.begin);
      CHECK(first_op(changed.front()) < steps.end);
    }
  }
  CHECK(steps_seen == program.ops.size());
}

}  // namespace memplace::bench
