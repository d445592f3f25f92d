// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <vector>

#include "base/int128.h"
#include "base/stopping.h"
#include "optimizer/heuristics/cost_model.h"
#include "optimizer/heuristics/rules.h"
#include "sim/feasible/placer.h"

namespace memplace {
namespace {

struct Candidate {
  TensorId tensor;
  Uint128 saved = 0;  // picoseconds
  Uint128 bytes = 0;  // at most, of all its copies
};

// saved / bytes, compared exactly.
bool denser(const Candidate& a, const Candidate& b) {
  return a.saved * b.bytes > b.saved * a.bytes;
}

Uint128 largest_need(const Placer& placer, TensorId id, MemoryId memory) {
  Bytes most;
  for (const Segment& segment : placer.segments(id, memory)) {
    most = std::max(most, segment.bytes);
  }
  return static_cast<Uint128>((most * placer.copies(id, memory)).count());
}

}  // namespace

Mapping map_density_greedy(const Problem& problem) {
  const Chip& chip = problem.chip();
  const CostModel cost(problem);
  Placer placer(problem);
  const std::span<const TensorId> decisions = problem.decisions().tensors();
  std::vector<TensorId> left(decisions.begin(), decisions.end());
  Mapping mapping = uniform_mapping(problem, chip.slowest());
  for (const TensorId id : decisions) {
    placer.place(id, mapping[id]);
  }
  for (std::size_t level = chip.fastest().index(); level > chip.slowest().index(); --level) {
    const MemoryId memory(level);
    std::vector<Candidate> candidates;
    for (const TensorId id : left) {
      const Uint128 slow = cost.traffic(id, mapping[id]);
      const Uint128 fast = cost.traffic(id, memory);
      if (slow > fast) {
        candidates.push_back({id, slow - fast, largest_need(placer, id, memory)});
      }
    }
    std::stable_sort(candidates.begin(), candidates.end(), denser);
    Lookout lookout(kTensorsBetweenLooks);
    for (const Candidate& candidate : candidates) {
      lookout.step();
      if (placer.fits(candidate.tensor, memory)) {
        placer.remove(candidate.tensor, mapping[candidate.tensor]);
        placer.place(candidate.tensor, memory);
        mapping[candidate.tensor] = memory;
      }
    }
    std::erase_if(left, [&](TensorId id) { return mapping[id] == memory; });
  }
  settle(problem, mapping);
  return mapping;
}

}  // namespace memplace
