// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/learner.h"

#include "base/error.h"
#include "optimizer/learning/sac.h"

namespace memplace {

std::span<const LearnerInfo> learners() {
  static const std::vector<LearnerInfo> table{SacLearner::info()};
  return table;
}

const LearnerInfo& find_learner(std::string_view name) {
  for (const LearnerInfo& row : learners()) {
    if (row.name == name) {
      return row;
    }
  }
  throw InternalError("no learner " + std::string(name));
}

}  // namespace memplace
