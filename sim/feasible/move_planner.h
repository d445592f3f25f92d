// SPDX-License-Identifier: Apache-2.0
// When fetches may begin, and where their copies lie (docs/model/allocation.md).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "sim/feasible/packer.h"
#include "sim/placement/moves.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

enum class PlannerKind { kRing, kJoint };
std::string_view name_of(PlannerKind kind);  // ring, joint

// Plans the moves of placements. Tensors that stay have their addresses first; a copy takes what
// they leave, in the part of the memory that a stream has for itself. Moves are planned in their
// order, and one for which there is no room before its first op stays at home.
//
// Ring: above the packer's lowest layout of what stays, the rest of the range is a ring. A copy
// begins where the one before ended, or at the ring's start where it does not fit before the end;
// room is freed in order of entry. `after` is the greatest of the `after` of the move before it in
// this ring and the last ops of what it displaces.
//
// Joint: the earliest `after` for which one range of addresses is free from then to the last op
// that reads the copy, and the lowest such range.
//
// A plan is a function of problem, kind and placement. Not thread-safe; copies are independent.
// Nothing allocates once plans of the size were made and no search for addresses happens.
class MovePlanner {
 public:
  MovePlanner(const Problem& problem, PlannerKind kind);

  // `packer` is the problem's, and finds addresses for `asked.homes`; it lays out each memory to
  // which something is fetched. What stays at home has `plan.near` there.
  void plan(const Placement& asked, Packer& packer, MovePlan& plan);

 private:
  // A copy, or under the joint planner also what stays: addresses, and the steps at which they are
  // taken.
  struct Taken {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::size_t first_step = 0;
    std::size_t last_step = 0;
  };
  // What of a memory copies may have, by addresses of the first stream's part.
  struct Room {
    bool is_open = false;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    // Of the ring: positions that never wrap, each the address `begin` + position % size.
    std::int64_t head = 0;
    std::size_t oldest = 0;    // in `taken`, whose entries have positions then
    std::size_t step = 0;      // from which on the copy before may be under way
    std::vector<Taken> taken;  // by order of entry; jointly by address
  };

  void open(Room& room, const Mapping& homes, MemoryId memory, Packer& packer) const;
  bool place_in_ring(Room& room, std::int64_t size, Move& move) const;
  bool place_jointly(Room& room, std::int64_t size, Move& move) const;
  std::optional<std::int64_t> lowest_free(const Room& room, std::size_t first_step,
                                          std::size_t last_step, std::int64_t size) const;

  Problem problem_;
  PlannerKind kind_;
  IdVector<MemoryId, Room> rooms_;
};

}  // namespace memplace
