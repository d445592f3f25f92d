// SPDX-License-Identifier: Apache-2.0
// Small placement problems with capacities that bind, and their optimum by trying everything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/options.h"
#include "optimizer/search/strategy.h"
#include "sim/feasible/occupancy.h"
#include "sim/timing/program.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {

// A network on the toy chip (llc 64 B, sram 32 B).
inline Program toy_program(const std::string& text) {
  const auto graph = std::make_shared<const Graph>(parse_graph_text(text));
  return lower(Problem(*graph, toy_chip()));
}

// Decisions: a.weights 40, a 16, b.weights 40, b 16, c.weights 24; c's output is the graph's.
// Of the 120 B at step 1, 96 fit above dram.
inline const std::string kChainText =
    "graph chain\n"
    "input x 8\n"
    "a: grid(out=8,in=8) w=40 in=x out=16\n"
    "b: grid(out=8,in=8) w=40 in=a out=16\n"
    "c: grid(out=8,in=8) w=24 in=b out=8\n";

// Decisions: a.weights, a, b, c.weights, c, d.weights.
inline const std::string kDiamondText =
    "graph diamond\n"
    "input x 8\n"
    "a: grid(out=4,in=8) w=32 in=x out=24\n"
    "b: elementwise(24) in=a out=24\n"
    "c: grid(out=8,in=8) w=48 in=a out=16\n"
    "d: grid(out=8,in=4) w=16 in=b,c out=8\n";

// The same network on another chip.
inline Program on(const Program& program, Chip chip) {
  return lower(Problem(program.graph(), std::move(chip), program.mode()));
}

// The same network on that chip with other capacities.
inline Program with_capacity(const Program& program, Bytes capacity) {
  Chip chip = program.chip();
  for (Memory& memory : chip.memories) {
    memory.capacity = capacity;
  }
  return on(program, std::move(chip));
}

// The same network on the same chip under constraints.
inline Program under(const Program& program, Constraints constraints) {
  return lower(program.problem.under(std::move(constraints)));
}

inline const Program& diamond() {
  static const Program program = toy_program(kDiamondText);
  return program;
}

// 13 weights and the 12 outputs that are read on, 8 B each: 25 decisions.
inline Program many_decisions() {
  std::string text = "input x 8\no0: grid(out=4,in=4) w=8 in=x out=8\n";
  for (int i = 1; i < 13; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=4,in=4) w=8 in=o" + std::to_string(i - 1) +
            " out=8\n";
  }
  return toy_program(text);
}

// A random network of 1 to `most_decisions` decisions on a random chip of at least two memories, of
// which only the slowest is sure to hold everything.
inline Program random_toy_program(Rng& rng, std::size_t most_decisions) {
  RandomGraphOptions options;
  options.most_ops = 5;
  options.most_elements = 512;
  for (;;) {
    const auto graph = std::make_shared<const Graph>(random_graph(rng, options));
    Chip chip = random_chip(rng);
    const std::size_t count = decisions_of(*graph).size();
    if (count == 0 || count > most_decisions || chip.memories.size() < 2) {
      continue;
    }
    std::int64_t total = 1;
    for (const TensorId id : graph->tensors()) {
      total += graph->tensor(id).bytes.count();
    }
    for (Memory& memory : chip.memories) {
      memory.capacity = Bytes(rng.between(1, total));
    }
    chip.memories[chip.slowest()].capacity = Bytes(total);
    return lower(Problem(*graph, chip));
  }
}

// The least latency of all feasible mappings; memories ^ decisions simulations.
inline Picoseconds brute_force_optimum(const Program& program, Simulator& simulator) {
  const std::span<const TensorId> decisions = program.problem.decisions().tensors();
  const std::unique_ptr<SimSession> session = simulator.open(program);
  Picoseconds best(std::numeric_limits<std::int64_t>::max());
  Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  for (;;) {
    settle(program.problem, mapping);
    if (is_feasible(program.problem, mapping)) {
      best = std::min(best, session->latency(mapping));
    }
    // Counts up, the first decision being the last digit.
    std::size_t digit = 0;
    for (; digit < decisions.size(); ++digit) {
      MemoryId& memory = mapping[decisions[digit]];
      if (memory != program.chip().fastest()) {
        memory = MemoryId(memory.index() + 1);
        break;
      }
      memory = program.chip().slowest();
    }
    if (digit == decisions.size()) {
      return best;
    }
  }
}

inline SearchPlan budget_of(std::uint64_t evaluations, SearchObserver* observer = nullptr) {
  SearchPlan plan;
  plan.budget = evaluations;
  if (observer != nullptr) {
    plan.observers.push_back(observer);
  }
  return plan;
}

// A stop after so many batches.
inline std::function<bool()> after_batches(std::size_t batches) {
  return [batches, asked = std::size_t{0}]() mutable { return asked++ == batches; };
}

// The options given, and for what learns a network that suits toys: what strategies must do does
// not depend on its size, and tests ask for much of it.
inline Options quick_options(const StrategyInfo& info, std::vector<std::string> given = {}) {
  for (const std::string quick :
       {"heads=2", "head_width=3", "depth=2", "warm_up=3", "batch=4", "candidates=6"}) {
    const std::string name = quick.substr(0, quick.find('=') + 1);
    const bool has = std::any_of(info.options.begin(), info.options.end(),
                                 [&](const auto& option) { return option.name + "=" == name; });
    const bool told = std::any_of(given.begin(), given.end(), [&](const std::string& option) {
      return option.rfind(name, 0) == 0;
    });
    if (has && !told) {
      given.push_back(quick);
    }
  }
  return {"strategy " + info.name, info.options, given};
}

inline std::unique_ptr<Strategy> make_strategy(const std::string& name, const Program& program,
                                               std::uint64_t seed, std::uint64_t budget,
                                               const std::vector<std::string>& options = {}) {
  const StrategyInfo& info = strategies().find(name);
  return info.make({program.problem, seed, budget}, quick_options(info, options));
}

inline SearchResult run_search(const std::string& name, const Program& program,
                               Simulator& simulator, std::uint64_t seed, std::uint64_t budget,
                               const std::vector<std::string>& options = {}) {
  EvaluatorPool evaluators(program, simulator);
  const auto strategy = make_strategy(name, program, seed, budget, options);
  return search(*strategy, evaluators, budget_of(budget));
}

}  // namespace memplace::test
