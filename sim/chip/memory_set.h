// SPDX-License-Identifier: Apache-2.0
// Sets of memories of one chip.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/chip/chip.h"

namespace memplace {

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
  // Of a set that is not empty.
  constexpr MemoryId slowest() const {
    return MemoryId(static_cast<std::size_t>(std::countr_zero(bits_)));
  }
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

// The memories that what ops write may be in: those that are not read-only.
MemorySet writable_memories(const Chip& chip);

}  // namespace memplace
