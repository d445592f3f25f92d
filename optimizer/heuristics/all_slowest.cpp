// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/rules.h"

namespace memplace {

Mapping map_all_slowest(const Graph& graph, const Chip& chip, const Mode& /*mode*/) {
  return uniform_mapping(graph, chip, chip.slowest());
}

}  // namespace memplace
