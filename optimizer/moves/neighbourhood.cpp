// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/neighbourhood.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "base/error.h"

namespace memplace {

OptionTable<MoveChances> chance_options(const MoveChances& defaults) {
  OptionTable<MoveChances> options(defaults);
  options.number("swap", "probability of a move that swaps two decisions", 0, 1, &MoveChances::swap)
      .number("fill", "probability of promoting what fits after a move", 0, 1, &MoveChances::fill);
  return options;
}

Neighbourhood::Neighbourhood(const StrategyTask& task)
    : problem_(task.problem), space_(task), placer_(task.problem) {}

Mapping Neighbourhood::propose(const Mapping& from, const MoveChances& chances, Rng& rng) {
  MEMPLACE_ASSERT(!empty(), problem_.graph().name());
  Mapping mapping = from;
  for (int i = 0; i < kMostTries && mapping == from; ++i) {
    load(mapping);
    const bool possible = rng.chance(chances.swap) ? swap(mapping, rng) : relocate(mapping, rng);
    if (!possible) {
      mapping = from;
    } else if (rng.chance(chances.fill)) {
      fill(mapping, rng);
    }
    settle(problem_, mapping);
  }
  return mapping;
}

std::optional<Mapping> Neighbourhood::relocated(const Mapping& from, TensorId decision, MemoryId to,
                                                double fill_chance, Rng& rng) {
  Mapping mapping = from;
  load(mapping);
  if (mapping[decision] == to || !relocate(mapping, decision, to, rng)) {
    return std::nullopt;
  }
  if (rng.chance(fill_chance)) {
    fill(mapping, rng);
  }
  settle(problem_, mapping);
  if (mapping == from) {
    return std::nullopt;
  }
  return mapping;
}

bool Neighbourhood::relocate(Mapping& mapping, Rng& rng) {
  const TensorId id = any(rng);
  const std::span<const MemoryId> choices = space_.choices(id);
  const auto own = std::find(choices.begin(), choices.end(), mapping[id]) - choices.begin();
  auto other = static_cast<std::ptrdiff_t>(rng.below(choices.size() - 1));
  other += other >= own ? 1 : 0;
  return relocate(mapping, id, choices[static_cast<std::size_t>(other)], rng);
}

// False where somebody would have no place; then the mapping is of no use.
bool Neighbourhood::relocate(Mapping& mapping, TensorId id, MemoryId to, Rng& rng) {
  moved_.push_back(id);
  placer_.remove(id, mapping[id]);

  holders_.clear();
  for (const TensorId holder : space_.decisions()) {
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
    if (!place_at_or_below(holder, to, mapping)) {
      return false;
    }
  }
  return true;
}

// False where the decision fits none of the memories it may be in.
bool Neighbourhood::place_at_or_below(TensorId decision, MemoryId memory, Mapping& mapping) {
  const std::span<const MemoryId> choices = space_.choices(decision);
  for (std::size_t i = choices.size(); i > 0; --i) {
    const MemoryId candidate = choices[i - 1];
    if (candidate <= memory && placer_.fits(decision, candidate)) {
      placer_.place(decision, candidate);
      mapping[decision] = candidate;
      return true;
    }
  }
  return false;
}

// False where the two may not be or do not fit in each other's memories, or share one.
bool Neighbourhood::swap(Mapping& mapping, Rng& rng) {
  const TensorId a = any(rng);
  const TensorId b = any(rng);
  if (mapping[a] == mapping[b] || !space_.allows(a, mapping[b]) || !space_.allows(b, mapping[a])) {
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
  order_.assign(space_.decisions().begin(), space_.decisions().end());
  rng.shuffle(std::span<TensorId>(order_));
  for (const TensorId id : order_) {
    if (std::find(moved_.begin(), moved_.end(), id) != moved_.end()) {
      continue;
    }
    const std::span<const MemoryId> choices = space_.choices(id);
    for (std::size_t i = choices.size(); i > 0 && choices[i - 1] > mapping[id]; --i) {
      if (placer_.fits(id, choices[i - 1])) {
        put(mapping, id, choices[i - 1]);
      }
    }
  }
}

// Makes the placer agree with the mapping.
void Neighbourhood::load(const Mapping& mapping) {
  placer_.clear();
  for (const TensorId id : problem_.decisions().tensors()) {
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
  const MemoryId any = problem_.chip().slowest();
  for (const Segment& x : placer_.segments(a, any)) {
    for (const Segment& y : placer_.segments(b, any)) {
      if (x.steps.begin < y.steps.end && y.steps.begin < x.steps.end) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace memplace
