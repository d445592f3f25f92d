// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <queue>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/int128.h"
#include "base/stopping.h"
#include "optimizer/heuristics/cost_model.h"
#include "optimizer/heuristics/rules.h"
#include "sim/feasible/placer.h"

namespace memplace {
namespace {

// Packings after the first; each must pay to be followed by another.
constexpr int kMostRepacks = 4;

// What a placement is judged by.
enum class Benefit {
  kOpTime,   // time saved of max(compute, transfers), over the ops that use the tensor
  kTraffic,  // time saved of the tensor's own transfers, hidden behind compute or not
};

class Packing {
 public:
  explicit Packing(const Problem& problem)
      : problem_(problem),
        cost_(problem),
        placer_(problem),
        mapping_(uniform_mapping(problem, problem.chip().slowest())),
        moved_(cost_.moved(mapping_)) {
    for (const TensorId id : problem.decisions().tensors()) {
      placer_.place(id, mapping_[id]);
    }
  }

  // Packs every memory above the slowest, the fastest first, with tensors from slower ones.
  void fill(Benefit benefit) {
    const Chip& chip = problem_.chip();
    for (std::size_t level = chip.fastest().index(); level > chip.slowest().index(); --level) {
      fill(MemoryId(level), benefit);
    }
  }

  // Sends to the slowest memory what costs no op any time there.
  void release() {
    Lookout lookout(kTensorsBetweenLooks);
    for (const TensorId id : problem_.decisions().tensors()) {
      lookout.step();
      const MemoryId slowest = slowest_for(problem_, id);
      if (mapping_[id] == slowest || !placer_.fits(id, slowest)) {
        continue;
      }
      const auto [now, then] = op_times(id, slowest);
      if (then <= now) {
        move(id, slowest);
      }
    }
  }

  Uint128 total() const { return cost_.total(mapping_); }

  Mapping settled() const {
    Mapping mapping = mapping_;
    settle(problem_, mapping);
    return mapping;
  }

 private:
  struct Times {
    Uint128 now = 0;
    Uint128 then = 0;
  };

  struct Candidate {
    double priority = 0;
    std::size_t rank = 0;  // in schedule order, for ties
    TensorId tensor;

    bool operator<(const Candidate& other) const {
      return std::tie(priority, other.rank) < std::tie(other.priority, rank);
    }
  };

  // Cost of the ops that use the tensor, where it is and with it in `memory`. Accesses come in
  // schedule order, so those of one op stand together.
  Times op_times(TensorId id, MemoryId memory) const {
    Times times;
    const auto accesses = cost_.accesses(id);
    for (std::size_t i = 0; i < accesses.size();) {
      const OpId op = accesses[i].op;
      Uint128 moved = moved_[op];
      for (; i < accesses.size() && accesses[i].op == op; ++i) {
        moved += cost_.transfer(accesses[i], memory);
        moved -= cost_.transfer(accesses[i], mapping_[id]);
      }
      times.now += std::max(cost_.compute(op), moved_[op]);
      times.then += std::max(cost_.compute(op), moved);
    }
    return times;
  }

  // Time saved for each byte and step taken; 0 where nothing is saved or the ops get slower.
  double priority(TensorId id, MemoryId memory, Benefit benefit) const {
    Times times = op_times(id, memory);
    if (benefit == Benefit::kTraffic && times.then <= times.now) {
      times = {cost_.traffic(id, mapping_[id]), cost_.traffic(id, memory)};
    }
    if (times.then >= times.now) {
      return 0;
    }
    double area = 0;
    for (const Segment& segment : placer_.segments(id, memory)) {
      area += static_cast<double>((segment.bytes * placer_.copies(id, memory)).count()) *
              static_cast<double>(segment.steps.end - segment.steps.begin);
    }
    return static_cast<double>(times.now - times.then) / area;
  }

  // Where a faster memory is faster for reads and writes, what a tensor saves can only shrink as
  // others move: so the largest stale priority that is still what it was is the largest of all.
  void fill(MemoryId memory, Benefit benefit) {
    std::priority_queue<Candidate> queue;
    const auto push = [&](std::size_t rank, TensorId id) {
      if (const double value = priority(id, memory, benefit); value > 0) {
        queue.push({value, rank, id});
      }
    };
    const std::span<const TensorId> decisions = problem_.decisions().tensors();
    for (std::size_t rank = 0; rank < decisions.size(); ++rank) {
      if (mapping_[decisions[rank]] < memory) {
        push(rank, decisions[rank]);
      }
    }
    Lookout lookout(kTensorsBetweenLooks);
    while (!queue.empty()) {
      lookout.step();
      const Candidate best = queue.top();
      queue.pop();
      if (!placer_.fits(best.tensor, memory)) {
        continue;
      }
      if (priority(best.tensor, memory, benefit) < best.priority) {
        push(best.rank, best.tensor);
      } else {
        move(best.tensor, memory);
      }
    }
  }

  void move(TensorId id, MemoryId memory) {
    for (const Access& access : cost_.accesses(id)) {
      moved_[access.op] += cost_.transfer(access, memory);
      moved_[access.op] -= cost_.transfer(access, mapping_[id]);
    }
    placer_.remove(id, mapping_[id]);
    placer_.place(id, memory);
    mapping_[id] = memory;
  }

  Problem problem_;
  CostModel cost_;
  Placer placer_;
  Mapping mapping_;  // of decisions and fixed tensors
  IdVector<OpId, Uint128> moved_;
};

}  // namespace

Mapping map_memory_space_assignment(const Problem& problem) {
  Packing packing(problem);
  packing.fill(Benefit::kOpTime);
  for (int i = 0; i < kMostRepacks; ++i) {
    Packing next = packing;
    next.release();
    next.fill(Benefit::kOpTime);
    if (next.total() >= packing.total()) {
      break;
    }
    packing = std::move(next);
  }
  // Room that is left costs nothing to use, and the estimate does not see every wait.
  packing.fill(Benefit::kTraffic);
  return packing.settled();
}

}  // namespace memplace
