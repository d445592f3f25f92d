// SPDX-License-Identifier: Apache-2.0
#include "optimizer/neighbourhood.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"

namespace memplace {

Neighbourhood::Neighbourhood(const Graph& graph, const Chip& chip, const Mode& mode)
    : graph_(graph), chip_(chip), memories_(chip.memories.size()), placer_(graph, chip, mode) {
  for (const TensorId id : graph.decisions()) {
    if (!placer_.segments(id).empty()) {
      decisions_.push_back(id);
    }
  }
}

Mapping Neighbourhood::propose(const Mapping& from, const MoveChances& chances, Rng& rng) {
  MEMPLACE_ASSERT(!empty(), graph_.name());
  Mapping mapping = from;
  for (int i = 0; i < kMostTries && mapping == from; ++i) {
    load(mapping);
    const bool possible = rng.chance(chances.swap) ? swap(mapping, rng) : relocate(mapping, rng);
    if (!possible) {
      mapping = from;
    } else if (rng.chance(chances.fill)) {
      fill(mapping, rng);
    }
    settle(graph_, chip_, mapping);
  }
  return mapping;
}

// False where somebody would have no place; then the mapping is of no use.
bool Neighbourhood::relocate(Mapping& mapping, Rng& rng) {
  const TensorId id = any(rng);
  const MemoryId from = mapping[id];
  const auto other = static_cast<std::size_t>(rng.below(memories_ - 1));
  const MemoryId to(other + (other >= from.index() ? 1 : 0));
  moved_.push_back(id);
  placer_.remove(id, from);

  holders_.clear();
  for (const TensorId holder : decisions_) {
    if (holder != id && mapping[holder] == to && overlap(id, holder)) {
      holders_.push_back(holder);
    }
  }
  evicted_.clear();
  while (!placer_.fits(id, to)) {
    if (holders_.empty()) {
      return false;
    }
    std::swap(holders_[rng.below(holders_.size())], holders_.back());
    placer_.remove(holders_.back(), to);
    evicted_.push_back(holders_.back());
    holders_.pop_back();
  }
  placer_.place(id, to);
  mapping[id] = to;
  for (const TensorId holder : evicted_) {
    const std::optional<MemoryId> place = placer_.place_from(holder, to);
    if (!place.has_value()) {
      return false;
    }
    mapping[holder] = *place;
  }
  return true;
}

// False where the two do not fit each other's memories, or share one.
bool Neighbourhood::swap(Mapping& mapping, Rng& rng) {
  const TensorId a = any(rng);
  const TensorId b = any(rng);
  if (mapping[a] == mapping[b]) {
    return false;
  }
  moved_ = {a, b};
  placer_.remove(b, mapping[b]);
  if (!placer_.fits(a, mapping[b])) {
    return false;
  }
  const MemoryId free = mapping[a];
  put(mapping, a, mapping[b]);
  if (!placer_.fits(b, free)) {
    return false;
  }
  placer_.place(b, free);
  mapping[b] = free;
  return true;
}

void Neighbourhood::fill(Mapping& mapping, Rng& rng) {
  order_ = decisions_;
  rng.shuffle(std::span<TensorId>(order_));
  for (const TensorId id : order_) {
    if (std::find(moved_.begin(), moved_.end(), id) != moved_.end()) {
      continue;
    }
    for (std::size_t level = chip_.fastest().index(); level > mapping[id].index(); --level) {
      if (placer_.fits(id, MemoryId(level))) {
        put(mapping, id, MemoryId(level));
      }
    }
  }
}

// Makes the placer agree with the mapping.
void Neighbourhood::load(const Mapping& mapping) {
  placer_.clear();
  for (const TensorId id : decisions_) {
    placer_.place(id, mapping[id]);
  }
  moved_.clear();
}

void Neighbourhood::put(Mapping& mapping, TensorId decision, MemoryId memory) {
  placer_.remove(decision, mapping[decision]);
  placer_.place(decision, memory);
  mapping[decision] = memory;
}

bool Neighbourhood::overlap(TensorId a, TensorId b) const {
  for (const Segment& x : placer_.segments(a)) {
    for (const Segment& y : placer_.segments(b)) {
      if (x.steps.begin < y.steps.end && y.steps.begin < x.steps.end) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace memplace
