// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/move_planner.h"

#include <algorithm>

#include "base/error.h"
#include "sim/feasible/alignment.h"

namespace memplace {
namespace {

std::optional<OpId> op_before(std::size_t step) {
  return step > 0 ? std::optional(OpId(step - 1)) : std::nullopt;
}

}  // namespace

std::string_view name_of(PlannerKind kind) { return kind == PlannerKind::kRing ? "ring" : "joint"; }

MovePlanner::MovePlanner(const Problem& problem, PlannerKind kind)
    : problem_(problem), kind_(kind), rooms_(problem.chip().memories.size()) {}

void MovePlanner::plan(const Placement& asked, Packer& packer, MovePlan& plan) {
  plan.near = asked.homes;
  plan.moves.clear();
  for (Room& room : rooms_) {
    room.is_open = false;
  }
  const Graph& graph = problem_.graph();
  for (const Movable& movable : problem_.movables().list()) {
    if (!asked.fetches(movable.tensor)) {
      continue;
    }
    Move move;
    move.tensor = movable.tensor;
    move.from = asked.homes[movable.tensor];
    move.to = asked.near[movable.tensor];
    move.bytes = graph.tensor(movable.tensor).bytes;
    move.first_op = movable.first_op;
    move.last_op = movable.last_op;
    Room& room = rooms_[move.to];
    if (!room.is_open) {
      open(room, asked.homes, move.to, packer);
    }
    const std::int64_t size =
        align_up(move.bytes, problem_.chip().memories[move.to].alignment).count();
    if (kind_ == PlannerKind::kRing ? place_in_ring(room, size, move)
                                    : place_jointly(room, size, move)) {
      plan.near[move.tensor] = move.to;
      plan.moves.push_back(move);
    }
  }
  // A view of an input that moves is where the input is.
  for (const TensorId id : problem_.movables().viewed()) {
    plan.near[id] = plan.near[graph.storage(id)];
  }
}

void MovePlanner::open(Room& room, const Mapping& homes, MemoryId memory, Packer& packer) const {
  room.is_open = true;
  room.taken.clear();
  room.head = 0;
  room.oldest = 0;
  room.step = 0;
  const bool laid_out = packer.lay_out_low(homes, memory);
  MEMPLACE_ASSERT(laid_out, problem_.chip().memories[memory].name);
  room.begin = packer.arena_begin().count();
  room.end = room.begin + packer.arena_bytes().count();
  if (kind_ == PlannerKind::kRing) {
    room.begin = packer.layout_end().count();
    return;
  }
  const auto buffers = packer.buffers();
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const PackedBuffer& buffer = buffers[i];
    if (homes[buffer.tensor] != memory || packer.offset(i) < packer.arena_begin()) {
      continue;
    }
    const std::int64_t begin = packer.offset(i).count();
    const std::int64_t size =
        align_up(buffer.bytes, problem_.chip().memories[memory].alignment).count();
    room.taken.push_back({begin, begin + size, buffer.steps.begin, buffer.steps.end - 1});
  }
  std::sort(room.taken.begin(), room.taken.end(),
            [](const Taken& a, const Taken& b) { return a.begin < b.begin; });
}

bool MovePlanner::place_in_ring(Room& room, std::int64_t size, Move& move) const {
  const std::int64_t ring = room.end - room.begin;
  if (size > ring) {
    return false;
  }
  const std::int64_t rest = ring - room.head % ring;
  const std::int64_t begin = size <= rest ? room.head : room.head + rest;
  std::size_t oldest = room.oldest;
  std::size_t step = room.step;
  while (oldest < room.taken.size() && begin + size - room.taken[oldest].begin > ring) {
    step = std::max(step, room.taken[oldest].last_step + 1);
    ++oldest;
  }
  if (step > move.first_op.index()) {
    return false;
  }
  move.after = op_before(step);
  move.offset = Bytes(room.begin + begin % ring);
  room.oldest = oldest;
  room.head = begin + size;
  room.step = step;
  room.taken.push_back({begin, begin + size, step, move.last_op.index()});
  return true;
}

bool MovePlanner::place_jointly(Room& room, std::int64_t size, Move& move) const {
  // Later beginnings need less, so where one has room all that follow have.
  const std::size_t last = move.last_op.index();
  std::size_t least = 0;
  std::size_t most = move.first_op.index();
  if (!lowest_free(room, most, last, size).has_value()) {
    return false;
  }
  while (least < most) {
    const std::size_t middle = least + (most - least) / 2;
    if (lowest_free(room, middle, last, size).has_value()) {
      most = middle;
    } else {
      least = middle + 1;
    }
  }
  const std::int64_t begin = lowest_free(room, least, last, size).value();
  move.after = op_before(least);
  move.offset = Bytes(begin);
  const Taken taken{begin, begin + size, least, last};
  room.taken.insert(
      std::upper_bound(room.taken.begin(), room.taken.end(), taken,
                       [](const Taken& a, const Taken& b) { return a.begin < b.begin; }),
      taken);
  return true;
}

std::optional<std::int64_t> MovePlanner::lowest_free(const Room& room, std::size_t first_step,
                                                     std::size_t last_step,
                                                     std::int64_t size) const {
  std::int64_t begin = room.begin;
  for (const Taken& taken : room.taken) {
    if (taken.last_step < first_step || last_step < taken.first_step) {
      continue;
    }
    if (begin + size <= taken.begin) {
      break;
    }
    begin = std::max(begin, taken.end);
  }
  return begin + size <= room.end ? std::optional(begin) : std::nullopt;
}

}  // namespace memplace
