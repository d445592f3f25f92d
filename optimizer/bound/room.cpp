// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/room.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/int128.h"
#include "optimizer/bound/chain_layout.h"
#include "sim/chip/chip.h"

namespace memplace::bound {
namespace {

constexpr int kPriceBits = 20;

// Of times made of prices: the sum of two of them and of a makespan (2^62 at most) fits.
constexpr Uint128 kMost = Uint128{1} << 60;

}  // namespace

Room::Room(const Program& program) : steps_(program.graph().ops().size()) {
  const Placer placer(program.problem);
  for (const MemoryId memory : program.chip().memories.ids()) {
    capacity_.push_back(placer.capacity(memory).count());
  }
  for (const TensorId decision : program.problem.decisions().tensors()) {
    for (const MemoryId memory : program.chip().memories.ids()) {
      auto& needs = needs_.emplace_back();
      const std::int64_t copies = placer.copies(decision, memory);
      for (const Segment& segment : placer.segments(decision, memory)) {
        needs.push_back({static_cast<std::uint32_t>(segment.steps.begin),
                         static_cast<std::uint32_t>(segment.steps.end),
                         segment.bytes.count() * copies});
      }
    }
  }
  shrink();
}

void Room::shrink() {
  for (std::size_t m = 0; m < memories(); ++m) {
    const auto all = taken<Uint128>(m, [](std::size_t) { return Uint128{1}; });
    const Uint128 most = *std::max_element(all.begin(), all.end());
    capacity_[m] = static_cast<std::int64_t>(std::min(most, static_cast<Uint128>(capacity_[m])));
  }
}

std::int64_t Room::bytes_at(std::size_t decision, std::size_t memory, std::size_t step) const {
  std::int64_t bytes = 0;
  for (const Need& need : needs(decision, memory)) {
    bytes += need.begin <= step && step < need.end ? need.bytes : 0;
  }
  return bytes;
}

bool Room::holds(std::size_t step, std::span<const DecisionIndex> live, std::uint64_t key) const {
  std::array<std::int64_t, kMaxMemories> taken{};
  for (std::size_t place = 0; place < live.size(); ++place) {
    const std::uint64_t memory = digit_of(key, place);
    if (memory == kUnknownMemory) {
      continue;
    }
    taken[memory] += bytes_at(live[place], memory, step);
    if (taken[memory] > capacity_[memory]) {
      return false;
    }
  }
  return true;
}

RoomPrices::RoomPrices(const Room& room)
    : room_(&room), price_((room.memories() - 1) * room.schedule_steps(), 0) {}

void RoomPrices::set(std::size_t row, std::int64_t price) {
  MEMPLACE_ASSERT(price >= 0, std::to_string(row));
  price_[row] = price;
}

void RoomPrices::set_per_byte(std::size_t row, double picoseconds) {
  const double price = picoseconds > 0 ? std::min(picoseconds, kMostPrice) : 0;
  set(row, std::llround(price * kPriceUnit));
}

std::vector<Time> RoomPrices::of_decisions() const {
  const std::size_t memories = room_->memories();
  const std::size_t steps = room_->schedule_steps();
  std::vector<Time> result(room_->decisions() * memories, 0);
  const Uint128 most = kMost / (room_->decisions() + 1);
  std::vector<Uint128> until(steps + 1);  // sums of prices before each step
  for (std::size_t m = 1; m < memories; ++m) {
    for (std::size_t step = 0; step < steps; ++step) {
      until[step + 1] = until[step] + static_cast<Uint128>(price_[row(m, step)]);
    }
    for (std::size_t decision = 0; decision < room_->decisions(); ++decision) {
      Uint128 sum = 0;
      for (const Need& need : room_->needs(decision, m)) {
        sum += (until[need.end] - until[need.begin]) * static_cast<Uint128>(need.bytes);
      }
      result[decision * memories + m] = static_cast<Time>(std::min(sum >> kPriceBits, most));
    }
  }
  return result;
}

std::optional<Time> RoomPrices::of_capacity() const {
  Uint128 sum = 0;
  for (std::size_t r = 0; r < price_.size(); ++r) {
    sum += static_cast<Uint128>(price_[r]) * static_cast<Uint128>(room_->capacity(memory_of(r)));
  }
  constexpr Uint128 kOne = Uint128{1} << kPriceBits;
  const Uint128 price = (sum + kOne - 1) >> kPriceBits;
  return price > kMost ? std::nullopt : std::optional(static_cast<Time>(price));
}

std::vector<std::int64_t> RoomPrices::excess(std::span<const std::uint8_t> memories) const {
  std::vector<std::int64_t> result;
  result.reserve(price_.size());
  for (std::size_t m = 1; m < room_->memories(); ++m) {
    const auto taken = room_->taken<std::int64_t>(
        m, [&](std::size_t decision) { return std::int64_t{memories[decision] == m ? 1 : 0}; });
    for (const std::int64_t bytes : taken) {
      result.push_back(bytes - room_->capacity(m));
    }
  }
  return result;
}

}  // namespace memplace::bound
