// SPDX-License-Identifier: Apache-2.0
// Memories filling up over schedule steps: does a tensor still fit, place it, take it out again.
// What rectify and the heuristics stand on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/chip/memory_set.h"
#include "sim/feasible/live_bytes.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// What a decision needs of an instance while steps [begin, end) run, before it is multiplied by the
// copies that a memory holds (see Placer::copies). In a memory every storage takes a whole multiple
// of the memory's alignment, as the next one cannot begin before that.
//
// A decision's group are its leader and the storages that follow it. An op that writes a (4 B, read
// until step 2) and b (8 B, read until step 4) at step 1 has one decision with two segments:
//   step   0   1   2   3   4
//   a          aaaaaaa
//   b          bbbbbbbbbbbbbbb
//   needs      |--12 B-|-8 B--|         {1, 3, 12 B} {3, 5, 8 B}
struct Segment {
  Lifetime steps;
  Bytes bytes;

  bool operator==(const Segment&) const = default;
};

// The filling of every memory of a problem's chip. The tensors that no mapping decides on are in
// Chip::io_memory from the start; constraints are not asked.
//
// Of a chip-wide memory there is one instance; it holds weights once and every other tensor once a
// stream. Of an engine-scope memory each stream has an instance, pooled over its engines, that
// holds one copy of everything mapped to it. Of its capacity whole multiples of the alignment
// count.
//
// That the live bytes fit at every step is what addresses need at least; sim/feasible/packer.h
// finds them.
//
// Only decisions (Problem::decisions()) are placed. Not thread-safe; copies are independent.
// Queries and changes take O(lifetime), O(1) for weights and, where a memory is far from full, for
// queries; nothing allocates after construction.
class Placer {
 public:
  explicit Placer(const Problem& problem);

  // Whether the tensors placed from the start fit.
  bool fixed_fit() const { return fixed_fit_; }

  // False also where the memory cannot hold the decision.
  bool fits(TensorId decision, MemoryId memory) const;

  // Adds the decision to the memory, whether it fits or not.
  void place(TensorId decision, MemoryId memory);

  // Takes out what place() added.
  void remove(TensorId decision, MemoryId memory);

  // Places the decision in `memory` or else in the next slower one that it fits. Nothing happens
  // where it fits none.
  std::optional<MemoryId> place_from(TensorId decision, MemoryId memory);

  // Takes out all decisions.
  void clear();

  // Bytes taken of one instance of the memory at a step.
  Bytes taken(MemoryId memory, std::size_t step) const;
  // The first step at which most is taken.
  std::size_t fullest_step(MemoryId memory) const { return memories_[memory].live.peak_step(); }
  Bytes capacity(MemoryId memory) const { return memories_[memory].capacity; }

  // What the decision needs of an instance of the memory, disjoint and in order; without needs of
  // no bytes. Its steps are the same in every memory.
  std::span<const Segment> segments(TensorId decision, MemoryId memory) const {
    const Needs& needs = needs_[decision];
    const Segment* const first = segments_.data() + memories_[memory].first_segment;
    return {first + needs.first, first + needs.end};
  }

  // How many copies of a decision an instance of the memory holds.
  std::int64_t copies(TensorId decision, MemoryId memory) const {
    return needs_[decision].weights ? 1 : memories_[memory].copies;
  }

  std::size_t steps() const { return steps_; }
  const Mode& mode() const { return mode_; }

 private:
  struct Needs {
    std::uint32_t first = 0, end = 0;  // in the segments of an alignment
    bool weights = false;
    bool throughout = false;  // one segment over all steps
    MemorySet memories;       // that can hold it
  };

  // `taken at a step = throughout + live[step]`: what lives throughout is counted in one number, so
  // that placing weights does not touch every step.
  struct Filling {
    Bytes capacity;
    std::int64_t copies = 1;  // of an activation
    Bytes throughout;
    LiveBytes live;
    std::size_t first_segment = 0;  // of its alignment, in segments_
  };

  void find_needs(const Problem& problem);
  void add_fixed(const Problem& problem);

  std::size_t steps_;
  Mode mode_;
  bool fixed_fit_ = true;
  IdVector<TensorId, Needs> needs_;  // by leader
  std::vector<Segment> segments_;    // once for each alignment of the chip
  IdVector<MemoryId, Filling> memories_;
  IdVector<MemoryId, Filling> first_memories_;  // with nothing placed
};

}  // namespace memplace
