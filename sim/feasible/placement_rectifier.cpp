// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/placement_rectifier.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "sim/chip/memory_set.h"
#include "sim/feasible/feasible.h"

namespace memplace {

PlacementRectifier::PlacementRectifier(const Problem& problem, PlannerKind planner)
    : problem_(problem), rectifier_(problem), planner_(problem, planner) {}

RectifiedPlacement PlacementRectifier::rectify(const Placement& asked) {
  Rectified homes = made_feasible(rectifier_, asked.homes);
  RectifiedPlacement result;
  result.homes = std::move(homes.mapping);
  result.epsilon = homes.epsilon;
  result.demotions = std::move(homes.demotions);
  Placement wanted(result.homes);
  for (const Movable& movable : problem_.movables().list()) {
    const TensorId id = movable.tensor;
    if (asked.fetches(id) && can_fetch(problem_, id, result.homes[id], asked.near[id])) {
      wanted.near[id] = asked.near[id];
    }
  }
  planner_.plan(wanted, rectifier_.packer(), result.plan);
  for (const Movable& movable : problem_.movables().list()) {
    const TensorId id = movable.tensor;
    if (!asked.fetches(id)) {
      continue;
    }
    const bool unfetched = wanted.near[id] != result.plan.near[id];
    const bool moved_home = result.homes[id] != asked.homes[id];
    const bool decided = problem_.decisions().decides(id);
    const bool counted =
        decided && (moved_home || asked.homes[id] != problem_.decisions().memories(id).slowest());
    result.epsilon.asked_bytes += counted ? Bytes(0) : problem_.graph().tensor(id).bytes;
    if (unfetched) {
      result.unfetched.push_back(id);
      result.epsilon.demoted_bytes += moved_home ? Bytes(0) : problem_.graph().tensor(id).bytes;
    }
  }
  return result;
}

Addresses PlacementRectifier::addresses(const RectifiedPlacement& placement) {
  MemorySet fetched_to;
  for (const Move& move : placement.plan.moves) {
    fetched_to.insert(move.to);
  }
  std::optional<Addresses> homes = rectifier_.addresses(placement.homes, fetched_to);
  MEMPLACE_ASSERT(homes.has_value(), problem_.graph().name());
  Addresses result = *std::move(homes);
  for (const Move& move : placement.plan.moves) {
    result.tensors.push_back({move.tensor, move.to, move.offset, move.bytes, move.steps()});
  }
  std::stable_sort(result.tensors.begin(), result.tensors.end(),
                   [](const Address& a, const Address& b) { return a.tensor < b.tensor; });
  return result;
}

}  // namespace memplace
