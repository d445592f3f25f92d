// SPDX-License-Identifier: Apache-2.0
// What heuristics believe an op costs: the larger of its compute and of its operands' bytes over
// their memories' bandwidths. It knows no tiles, no order and no latency; the simulators do.
#pragma once

#include <span>
#include <vector>

#include "base/int128.h"
#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// One op reading or writing a tensor of a decision's group.
struct Access {
  OpId op;
  bool write = false;
  Bytes bytes;
};

// Costs are picoseconds, exact, in 128 bits so that no sum overflows. Functions throw Error where
// one transfer takes more than 2^62 ps, as the simulators do.
class CostModel {
 public:
  explicit CostModel(const Problem& problem);

  // Accesses to the decision's group, in schedule order; views make none.
  std::span<const Access> accesses(TensorId decision) const { return accesses_[decision]; }

  // Time of an access in a memory. Where streams share the memory each gets its part of the
  // bandwidth.
  Uint128 transfer(const Access& access, MemoryId memory) const;

  // Time of all accesses to the decision in a memory.
  Uint128 traffic(TensorId decision, MemoryId memory) const;

  // The grid's or vector unit's cycles with every lane of every engine of a stream busy, as time.
  Uint128 compute(OpId op) const { return compute_[op]; }

  // Sum over an op's accesses, and over all ops of max(compute, moved).
  IdVector<OpId, Uint128> moved(const Mapping& mapping) const;
  Uint128 total(const Mapping& mapping) const;

 private:
  struct Rates {
    Bandwidth read;
    Bandwidth write;
    std::int64_t sharers = 1;
  };

  void add_accesses(const Problem& problem, OpId id);

  IdVector<MemoryId, Rates> rates_;
  IdVector<TensorId, std::vector<Access>> accesses_;  // by leader
  IdVector<OpId, Uint128> compute_;
};

}  // namespace memplace
