// SPDX-License-Identifier: Apache-2.0
// Whether what a mapping puts into a memory gets addresses there. That its live bytes fit at every
// step does not say so: `knot` in tests/support/tangled_graph.h has seven tensors of which at most
// 4 B are live, and which no 4 B hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/allocation/heuristics.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/packing_effort.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A storage that takes room: it lives at `steps`, and goes where the decision `leader` goes.
struct PackedBuffer {
  TensorId tensor;
  TensorId leader;
  Lifetime steps;
  Bytes bytes;
  bool weights = false;     // held once in a chip-wide memory, all else once a stream
  bool throughout = false;  // live at every step
};

// Streams do not run in step, so where a memory holds a copy for each, every stream has an arena of
// its own, laid out as the others: weights lie at the bottom of the memory and the arenas, equally
// large, above them. What lives throughout lies at the bottom of its arena. Nothing is lost by
// that: in any layout it could be moved there.
//
// Every answer is a function of what is in the memory and of what the packer was taught, never of
// what was asked before. Not thread-safe; copies are independent. Where neither search nor teaching
// happens, nothing allocates once problems of the size were seen.
class Packer {
 public:
  // Pairs of buffers that are live together are kept where there are at most so many.
  static constexpr std::size_t kMostPairs = std::size_t{1} << 24;

  explicit Packer(const Problem& problem, std::size_t most_pairs = kMostPairs);

  // Whether addresses were found in `memory` for what `mapping`, settled, puts there.
  bool packs(const Mapping& mapping, MemoryId memory);

  // The same, and after true offset() and arena_bytes() are those of this mapping and memory.
  bool lay_out(const Mapping& mapping, MemoryId memory);

  // The same, with the least layout_end() that the rules give.
  bool lay_out_low(const Mapping& mapping, MemoryId memory);

  // Tries harder, and remembers the layout: from now on every part of what `mapping` puts into
  // `memory` packs. False, and nothing is learned, where no addresses were found.
  bool learn(const Mapping& mapping, MemoryId memory, const PackingEffort& effort = kExactPacking);

  // What to take out of `memory` that the rest may fit, at least one decision unless there is none:
  // of several layouts, built buffer by buffer as far as the capacity goes, the one that leaves out
  // the fewest bytes. In no order. Only decisions for which `movable` says so are taken.
  void choose_evicted(const Mapping& mapping, MemoryId memory,
                      const IdVector<TensorId, char>& movable, std::vector<TensorId>& evicted);

  // All storages with bytes.
  std::span<const PackedBuffer> buffers() const { return buffers_; }

  // Of buffers()[i], which the mapping of lay_out() has in its memory: where the first stream's
  // copy is in an instance.
  Bytes offset(std::size_t i) const { return Bytes(address_[i]); }

  // From one stream's arena to the next, after lay_out(); weights have but one copy.
  Bytes arena_bytes() const { return Bytes(arena_bytes_); }
  // After lay_out(): where the first stream's arena begins, and where what lies there ends.
  Bytes arena_begin() const { return Bytes(once_); }
  Bytes layout_end() const { return Bytes(layout_end_); }
  std::int64_t arenas(MemoryId memory) const { return rooms_[memory].copies; }

  // What buffers()[i] takes of the memory: whole multiples of the alignment.
  Bytes padded(std::size_t i, MemoryId memory) const {
    return Bytes(size_of(static_cast<std::uint32_t>(i), memory));
  }

 private:
  // Orders in which the lowest-place rule is tried.
  static constexpr std::size_t kOrders = 4;

  struct Room {
    std::int64_t capacity = 0;  // of an instance, in whole multiples of the alignment
    std::int64_t alignment = 1;
    std::int64_t copies = 1;
    std::size_t first_size = 0;         // of its alignment, in sizes_
    std::vector<std::int64_t> learned;  // by buffer: its offset in the layout learned, or nowhere
  };

  void find_buffers(const Problem& problem);
  void find_sizes(const Chip& chip);
  void find_groups(const Graph& graph);
  void find_orders();
  void find_pairs(std::size_t most_pairs);

  std::int64_t size_of(std::uint32_t i, MemoryId memory) const {
    return sizes_[rooms_[memory].first_size + i];
  }
  bool collect(const Mapping& mapping, MemoryId memory);
  bool is_learned(const Room& room) const;
  bool pack_members();
  bool pack_low();
  bool lay_out_with(bool (Packer::*pack)(), const Mapping& mapping, MemoryId memory);
  bool pack_by_rules();
  bool pack_in_order(std::size_t order);
  bool pack_by_search(const PackingEffort& effort);
  void make_problem();
  void take(const std::vector<Bytes>& offsets);
  void begin_layout();
  std::int64_t lowest_place(std::uint32_t i);
  std::int64_t evict_in_order(std::size_t order, const IdVector<TensorId, char>& movable,
                              std::vector<TensorId>& evicted);

  std::size_t steps_;
  PackingEffort effort_;
  std::vector<PackedBuffer> buffers_;
  std::vector<std::int64_t> sizes_;  // by buffer, once for each alignment of the chip
  std::vector<std::vector<std::uint32_t>> orders_;  // of the buffers that do not live throughout
  std::vector<std::uint32_t> throughout_;
  IdVector<MemoryId, Room> rooms_;

  // Of a leader: its buffers, in group_buffers_.
  struct Group {
    std::uint32_t first = 0, end = 0;
    bool evicted = false;  // from the layout at hand
  };
  IdVector<TensorId, Group> groups_;
  std::vector<std::uint32_t> group_buffers_;

  // By buffer, those that are live together with it; empty where there are too many.
  bool pairs_known_ = false;
  std::vector<std::uint32_t> first_pair_;
  std::vector<std::uint32_t> pairs_;

  // The problem at hand: what collect() found.
  const std::int64_t* size_ = nullptr;  // by buffer
  std::vector<char> is_member_;
  std::vector<std::uint32_t> members_;
  std::int64_t once_ = 0;    // bytes of weights
  std::int64_t bottom_ = 0;  // bytes at the bottom of an arena
  std::int64_t arena_bytes_ = 0;
  std::int64_t room_ = 0;  // for the members, above the bottom
  std::int64_t sum_ = 0;   // of the members

  // The layout at hand: offsets above the bottom, by buffer; kNowhere unless placed.
  std::vector<std::int64_t> offset_;
  std::vector<std::uint32_t> placed_;
  std::vector<std::int64_t> address_;  // by buffer, after lay_out()
  std::int64_t layout_end_ = 0;

  struct Interval {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  std::vector<Interval> beside_;  // scratch of lowest_place
  std::vector<TensorId> candidates_;
  HeuristicAllocator heuristics_;
  AllocationProblem problem_;
  Allocation allocation_;
};

}  // namespace memplace
