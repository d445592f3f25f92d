// SPDX-License-Identifier: Apache-2.0
// Where an engineer allows tensors to be, whatever a search or a compiler would like.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A set of memories of one chip.
class MemorySet {
 public:
  constexpr MemorySet() = default;

  // The `count` slowest memories.
  static constexpr MemorySet first(std::size_t count) {
    return MemorySet((std::uint32_t{1} << count) - 1);
  }

  constexpr bool contains(MemoryId memory) const { return (bits_ >> memory.index() & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  constexpr void insert(MemoryId memory) { bits_ |= std::uint32_t{1} << memory.index(); }
  constexpr void erase(MemoryId memory) { bits_ &= ~(std::uint32_t{1} << memory.index()); }

  friend constexpr MemorySet operator&(MemorySet a, MemorySet b) {
    return MemorySet(a.bits_ & b.bits_);
  }
  friend constexpr MemorySet operator-(MemorySet a, MemorySet b) {
    return MemorySet(a.bits_ & ~b.bits_);
  }
  constexpr bool operator==(const MemorySet&) const = default;

 private:
  static_assert(kMaxMemories < 32);
  explicit constexpr MemorySet(std::uint32_t bits) : bits_(bits) {}

  std::uint32_t bits_ = 0;
};

// The member of `set` that stands for `memory`: itself, else the next slower, else the next faster.
// Nothing where the set is empty.
std::optional<MemoryId> nearest_of(MemorySet set, MemoryId memory);

// The memories that each decision may be in; none of the sets is empty. Only decisions are looked
// at: the tensors that follow one go with it, and those that none decides on are where they are.
struct Constraints {
  IdVector<TensorId, MemorySet> allowed;  // empty: everything is allowed

  bool none() const { return allowed.empty(); }
  bool allows(TensorId decision, MemoryId memory) const {
    return none() || allowed[decision].contains(memory);
  }
  // Of a chip with that many memories.
  MemorySet of(TensorId decision, std::size_t memories) const {
    return none() ? MemorySet::first(memories) : allowed[decision];
  }

  bool operator==(const Constraints&) const = default;
};

// Constraints as users write them, `GLOB=MEMORY[,MEMORY...]`: a pin leaves the decisions whose name
// matches only the memories it names, and a forbid takes these away from them. In a glob `*` stands
// for any characters and `?` for one. All that is given holds together.
//
// Throws Error for a pattern without `=`, a memory the chip does not have, a glob that matches no
// tensor or only tensors that no mapping decides on, and for a decision left without a memory.
Constraints read_constraints(const Graph& graph, const Chip& chip,
                             std::span<const std::string> pins,
                             std::span<const std::string> forbids);

// Every decision in the slowest memory it may be in; settled.
Mapping slowest_allowed(const Graph& graph, const Chip& chip, const Constraints& constraints);

// Moves every decision that is where it may not be to the nearest_of() what is allowed, and settles
// the mapping.
void apply(const Constraints& constraints, const Graph& graph, const Chip& chip, Mapping& mapping);

}  // namespace memplace
