// SPDX-License-Identifier: Apache-2.0
// Room in memories as a bound sees it: live bytes at each schedule step, never addresses. A mapping
// with addresses has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "optimizer/bound/relaxed_program.h"
#include "sim/feasible/placer.h"

namespace memplace::bound {

// Bytes that a decision takes of an instance of a memory while schedule steps [begin, end) run,
// copies included.
struct Need {
  std::uint32_t begin = 0, end = 0;
  std::int64_t bytes = 0;
};

class Room {
 public:
  explicit Room(const Program& program);

  std::size_t memories() const { return capacity_.size(); }
  std::size_t schedule_steps() const { return steps_; }
  std::size_t decisions() const { return needs_.size() / capacity_.size(); }
  // No more than all decisions together ever need.
  std::int64_t capacity(std::size_t memory) const { return capacity_[memory]; }

  std::span<const Need> needs(std::size_t decision, std::size_t memory) const {
    return needs_[decision * memories() + memory];
  }

  // Of those, what it takes while `step` runs.
  std::int64_t bytes_at(std::size_t decision, std::size_t memory, std::size_t step) const;

  // The bytes taken of a memory at each schedule step, where it has share(decision) of each.
  template <class Sum, class Share>
  std::vector<Sum> taken(std::size_t memory, const Share& share) const;

  // Whether the decisions of `live` fit together while `step` of the schedule runs; `key` has
  // their memories as digits (chain_layout.h).
  bool holds(std::size_t step, std::span<const DecisionIndex> live, std::uint64_t key) const;

 private:
  void shrink();

  std::size_t steps_;
  std::vector<std::int64_t> capacity_;
  std::vector<std::vector<Need>> needs_;
};

inline constexpr double kPriceUnit = 1 << 20;  // the price of a picosecond a byte
inline constexpr double kMostPrice = 1e6;      // picoseconds a byte that are taken for a price

template <class Sum, class Share>
std::vector<Sum> Room::taken(std::size_t memory, const Share& share) const {
  std::vector<Sum> sums(steps_ + 1, Sum{0});  // at first how they change
  for (std::size_t decision = 0; decision < decisions(); ++decision) {
    const Sum part = share(decision);
    if (part == Sum{0}) {
      continue;
    }
    for (const Need& need : needs(decision, memory)) {
      sums[need.begin] += part * static_cast<Sum>(need.bytes);
      sums[need.end] -= part * static_cast<Sum>(need.bytes);
    }
  }
  for (std::size_t step = 1; step < steps_; ++step) {
    sums[step] += sums[step - 1];
  }
  sums.pop_back();
  return sums;
}

// A price of room: for each memory but the slowest, which holds what is left, and each schedule
// step, in picoseconds per 2^20 bytes; never negative.
class RoomPrices {
 public:
  explicit RoomPrices(const Room& room);

  std::size_t rows() const { return price_.size(); }
  std::size_t row(std::size_t memory, std::size_t step) const {
    return (memory - 1) * room_->schedule_steps() + step;
  }
  std::size_t memory_of(std::size_t row) const { return row / room_->schedule_steps() + 1; }
  std::int64_t at(std::size_t row) const { return price_[row]; }
  // Throws InternalError where the price is negative: nothing would be proven by it.
  void set(std::size_t row, std::int64_t price);
  // The same from picoseconds a byte, kMostPrice at most; 0 for what is negative or no number.
  void set_per_byte(std::size_t row, double picoseconds);

  // What each decision costs in each memory, rounded down, and cut off where all together could
  // exceed 2^60 ps; by decision, then memory.
  std::vector<Time> of_decisions() const;
  // What all the room costs, rounded up. For a mapping that fits, the prices of its decisions are
  // no more than that. Nothing above 2^60 ps: such prices prove nothing.
  std::optional<Time> of_capacity() const;

  // By row: bytes taken less capacity, under the memories of all decisions.
  std::vector<std::int64_t> excess(std::span<const std::uint8_t> memories) const;

 private:
  const Room* room_;
  std::vector<std::int64_t> price_;
};

}  // namespace memplace::bound
