// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/posterior.h"

#include <string>

#include "base/error.h"

namespace memplace {

MemoryId pick(std::span<const MemoryId> choices, std::span<const double> probabilities, double u) {
  MemoryId last = choices.front();
  for (const MemoryId memory : choices) {
    const double probability = probabilities[memory.index()];
    if (probability > 0) {
      last = memory;
      if (u < probability) {
        break;
      }
      u -= probability;
    }
  }
  return last;
}

Sampler::Sampler(const StrategyTask& task, const SearchSpace& space)
    : task_(task), space_(space), base_(slowest_allowed(task.problem)) {}

Mapping Sampler::draw(const Posterior& posterior, Rng& rng) const {
  MEMPLACE_ASSERT(posterior.decisions() == space_.decisions().size(),
                  std::to_string(posterior.decisions()));
  Mapping mapping = base_;
  for (std::size_t i = 0; i < posterior.decisions(); ++i) {
    const TensorId id = space_.decisions()[i];
    mapping[id] = pick(space_.choices(id), posterior.row(i), rng.uniform());
  }
  settle(task_.problem, mapping);
  return mapping;
}

}  // namespace memplace
