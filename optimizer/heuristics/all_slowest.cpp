// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/rules.h"

namespace memplace {

Mapping map_all_slowest(const Problem& problem) {
  return uniform_mapping(problem, problem.chip().slowest());
}

}  // namespace memplace
