// SPDX-License-Identifier: Apache-2.0
#include "base/stopping.h"
#include "optimizer/heuristics/rules.h"
#include "sim/feasible/placer.h"

namespace memplace {

Mapping map_sram_first(const Problem& problem) {
  const Chip& chip = problem.chip();
  Mapping mapping = uniform_mapping(problem, chip.slowest());
  Placer placer(problem);
  Lookout lookout(kTensorsBetweenLooks);
  for (const TensorId id : problem.decisions().tensors()) {
    lookout.step();
    mapping[id] = placer.place_from(id, chip.fastest()).value_or(slowest_for(problem, id));
  }
  settle(problem, mapping);
  return mapping;
}

}  // namespace memplace
