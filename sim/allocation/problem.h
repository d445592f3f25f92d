// SPDX-License-Identifier: Apache-2.0
// Offset allocation: buffers with known lifetimes and sizes get addresses in one memory, so that no
// two that are live at the same time share a byte.
//
//   offset                       id  lower  upper  size  offset
//   8 |    +-----+               a     0      3     4      4
//     | +--+  c  |               b     0      9     4      0
//   4 | |a |-----+--+            c     3      9     4      4
//     | +--+--+  b  |
//   0 +-+-----------+--> time
//       0  3        9
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace memplace {

// [lower, upper).
struct TimeInterval {
  std::int64_t lower = 0;
  std::int64_t upper = 0;

  bool operator==(const TimeInterval&) const = default;
};

struct AllocationBuffer {
  std::string id;
  std::int64_t lower = 0;  // live in [lower, upper)
  std::int64_t upper = 0;
  Bytes size;
  std::int64_t alignment = 1;                 // the offset is a multiple of it
  std::optional<Bytes> hint;                  // an offset to try first
  std::optional<Bytes> fixed = std::nullopt;  // the offset that it has
  // Within its life, apart from each other, in order: where it is not live.
  std::vector<TimeInterval> gaps = {};

  bool operator==(const AllocationBuffer&) const = default;
};

struct AllocationProblem {
  std::vector<AllocationBuffer> buffers;
  Bytes capacity;

  bool operator==(const AllocationProblem&) const = default;
};

// Limits that keep every sum and every rounded offset below 2^63.
inline constexpr std::int64_t kMostAllocationBytes = std::int64_t{1} << 60;
inline constexpr std::int64_t kMostAlignment = std::int64_t{1} << 40;
inline constexpr std::size_t kMostAllocationBuffers = 20'000;

// When the buffer is live: its lifetime without its gaps.
std::vector<TimeInterval> lives_of(const AllocationBuffer& buffer);

// Whether no buffer is fixed or has gaps.
bool is_plain(const AllocationProblem& problem);

// Throws Error where a buffer has an empty lifetime, gaps out of it or of order, a negative size,
// hint or fixed offset, a fixed one that is not aligned, or an alignment out of [1,
// kMostAlignment]; where there are more than kMostAllocationBuffers buffers, or all sizes rounded
// up to their alignments are more than kMostAllocationBytes; where the capacity is negative or
// above that.
void check_problem(const AllocationProblem& problem);

// One offset a buffer, in the problem's order.
struct Allocation {
  std::vector<Bytes> offsets;

  bool operator==(const Allocation&) const = default;
};

// The end of the highest buffer that has bytes or is fixed; zero where there are none.
Bytes peak(const AllocationProblem& problem, const Allocation& allocation);

// Bytes that every allocation needs: the most live bytes at any time, and all up to the end of each
// fixed buffer. Where all alignments have a common divisor above 1, every buffer but the topmost
// takes whole multiples of it.
Bytes lower_bound(const AllocationProblem& problem);

// `value` rounded up to a multiple of `alignment`.
constexpr std::int64_t align_up(std::int64_t value, std::int64_t alignment) {
  return ceil_div(value, alignment) * alignment;
}

}  // namespace memplace
