// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/placing_order.h"

#include <algorithm>

#include "sim/placement/mapping.h"

namespace memplace {

PlacingOrder::PlacingOrder(const Problem& problem)
    : schedule(problem.graph().tensors().size()), movable(problem.graph().tensors().size(), 0) {
  const Decisions& all = problem.decisions();
  for (const TensorId id : problem.graph().tensors()) {
    if (all.is_fixed(id)) {
      fixed.push_back(id);
    } else if (!all.decides(id)) {
      followers.emplace_back(id, all.leader(id));
    }
  }
  for (const TensorId id : all.tensors()) {
    schedule[id] = decisions.size();
    movable[id] = problem.constraints().allows(id, problem.chip().slowest()) ? 1 : 0;
    decisions.push_back(id);
  }
  const auto others = std::stable_partition(decisions.begin(), decisions.end(),
                                            [&](TensorId id) { return movable[id] == 0; });
  confined = static_cast<std::size_t>(others - decisions.begin());
  const IdVector<TensorId, Bytes> group = group_bytes(problem);
  for (const TensorId id : decisions) {
    bytes.push_back(group[id]);
  }
}

}  // namespace memplace
