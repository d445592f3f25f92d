// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/moves.h"

#include <tuple>

#include "base/error.h"

namespace memplace {

void check_settled(const Problem& problem, const Placed& placed) {
  if (placed.moves().empty()) {
    check_settled(problem, placed.near());
    return;
  }
  Mapping homes = placed.near();
  const Move* before = nullptr;
  for (const Move& move : placed.moves()) {
    const std::string& name = problem.graph().tensor(move.tensor).name;
    const bool in_order = before == nullptr || std::tie(before->first_op, before->tensor) <
                                                   std::tie(move.first_op, move.tensor);
    MEMPLACE_ASSERT(in_order && problem.movables().contains(move.tensor), name);
    const Movable& movable = problem.movables()[move.tensor];
    MEMPLACE_ASSERT(move.first_op == movable.first_op && move.last_op == movable.last_op &&
                        move.bytes == problem.graph().tensor(move.tensor).bytes,
                    name);
    MEMPLACE_ASSERT(move.from < move.to && move.to == placed.near()[move.tensor] &&
                        move.to.index() < problem.chip().memories.size() &&
                        !problem.chip().memories[move.to].read_only,
                    name);
    MEMPLACE_ASSERT(!move.after.has_value() || *move.after < move.first_op, name);
    homes[move.tensor] = move.from;
    before = &move;
  }
  for (const TensorId id : problem.movables().viewed()) {
    const TensorId storage = problem.graph().storage(id);
    MEMPLACE_ASSERT(placed.near()[id] == placed.near()[storage], problem.graph().tensor(id).name);
    homes[id] = homes[storage];
  }
  check_settled(problem, homes);
}

}  // namespace memplace
