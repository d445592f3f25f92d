// SPDX-License-Identifier: Apache-2.0
#include "bench/mapping_set.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/feasible/feasible.h"

namespace memplace::bench {
namespace {

constexpr std::uint64_t kMappingSeed = 1;
enum Purpose : std::uint32_t { kTypicalPurpose, kChangesPurpose, kTenthsPurpose };

constexpr std::size_t kTypicalCount = 64;
constexpr std::size_t kChangeCount = 64;
constexpr std::size_t kTenthCount = 16;

Mapping native_of(const Program& program) { return apply_heuristic("native", program.problem); }

MemoryId any_memory(const Program& program, Rng& rng) {
  return MemoryId(static_cast<std::size_t>(rng.below(program.chip().memories.size())));
}

// Another one, where there is another.
MemoryId other_memory(const Program& program, MemoryId than, Rng& rng) {
  const std::size_t memories = program.chip().memories.size();
  if (memories == 1) {
    return than;
  }
  const auto other = static_cast<std::size_t>(rng.below(memories - 1));
  return MemoryId(other + (other >= than.index() ? 1 : 0));
}

// The op that writes the tensor or, where none does, the first that reads it.
std::size_t first_op(const Graph& graph, TensorId tensor) {
  if (const auto producer = graph.producer(tensor)) {
    return producer->index();
  }
  const auto consumers = graph.consumers(tensor);
  return consumers.empty() ? 0 : consumers.front().index();
}

Mapping feasible(const Program& program, const Mapping& asked) {
  return made_feasible(program.problem, asked).mapping;
}

std::vector<Mapping> changes_of(const Program& program, std::span<const TensorId> decisions,
                                std::size_t count, Rng& rng) {
  std::vector<Mapping> changes;
  const Mapping native = native_of(program);
  while (changes.size() < count) {
    const TensorId id = decisions[static_cast<std::size_t>(rng.below(decisions.size()))];
    Mapping mapping = native;
    mapping[id] = other_memory(program, native[id], rng);
    settle(program.problem, mapping);
    changes.push_back(std::move(mapping));
  }
  return changes;
}

}  // namespace

std::vector<TensorId> decisions_with_bytes(const Program& program) {
  std::vector<TensorId> decisions;
  for (const TensorId id : program.problem.decisions().tensors()) {
    if (program.graph().tensor(id).bytes > Bytes(0)) {
      decisions.push_back(id);
    }
  }
  return decisions;
}

Mapping random_mapping(const Program& program, Rng& rng) {
  Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  for (const TensorId id : program.problem.decisions().tensors()) {
    mapping[id] = any_memory(program, rng);
  }
  settle(program.problem, mapping);
  return mapping;
}

Mapping change_decisions(const Program& program, const Mapping& from, std::size_t count, Rng& rng) {
  std::vector<TensorId> decisions = decisions_with_bytes(program);
  rng.shuffle(std::span<TensorId>(decisions));
  decisions.resize(std::min(decisions.size(), count));
  Mapping mapping = from;
  for (const TensorId id : decisions) {
    mapping[id] = other_memory(program, from[id], rng);
  }
  settle(program.problem, mapping);
  return mapping;
}

std::vector<Mapping> typical_mappings(const Program& program) {
  std::vector<Mapping> mappings;
  for (const HeuristicInfo& info : heuristics()) {
    mappings.push_back(feasible(program, info.make(program.problem)));
  }
  const Mapping native = native_of(program);
  Rng rng(kMappingSeed, kTypicalPurpose);
  while (mappings.size() < kTypicalCount) {
    const Mapping asked =
        mappings.size() % 2 == 0
            ? random_mapping(program, rng)
            : change_decisions(program, native, 1 + static_cast<std::size_t>(rng.below(3)), rng);
    mappings.push_back(feasible(program, asked));
  }
  return mappings;
}

std::vector<Mapping> one_tensor_changes(const Program& program) {
  const std::vector<TensorId> decisions = decisions_with_bytes(program);
  Rng rng(kMappingSeed, kChangesPurpose);
  return decisions.empty() ? std::vector<Mapping>{native_of(program)}
                           : changes_of(program, decisions, kChangeCount, rng);
}

Steps steps_of_tenth(const Program& program, std::size_t tenth) {
  const std::size_t ops = program.ops.size();
  return {ops * tenth / 10, ops * (tenth + 1) / 10};
}

std::vector<Mapping> one_tensor_changes_in_tenth(const Program& program, std::size_t tenth) {
  const Steps steps = steps_of_tenth(program, tenth);
  std::vector<TensorId> decisions = decisions_with_bytes(program);
  decisions.erase(std::remove_if(decisions.begin(), decisions.end(),
                                 [&](TensorId id) {
                                   const std::size_t op = first_op(program.graph(), id);
                                   return op < steps.begin || op >= steps.end;
                                 }),
                  decisions.end());
  Rng rng(kMappingSeed, kTenthsPurpose, tenth);
  return decisions.empty() ? std::vector<Mapping>()
                           : changes_of(program, decisions, kTenthCount, rng);
}

}  // namespace memplace::bench
