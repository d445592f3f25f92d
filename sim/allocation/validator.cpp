// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/validator.h"

#include <algorithm>
#include <array>

namespace memplace {
namespace {

// The begin of the next life from `time` on, or the end of all.
std::int64_t next_life(const AllocationBuffer& buffer, std::int64_t time) {
  time = std::max(time, buffer.lower);
  for (const TimeInterval& gap : buffer.gaps) {
    time = gap.lower <= time && time < gap.upper ? gap.upper : time;
  }
  return std::min(time, buffer.upper);
}

// Goes from one to the other until both live, or one does no more.
bool live_together(const AllocationBuffer& a, const AllocationBuffer& b) {
  std::int64_t time = std::max(a.lower, b.lower);
  while (time < a.upper && time < b.upper) {
    const std::int64_t next = next_life(b, next_life(a, time));
    if (next == time) {
      return true;
    }
    time = next;
  }
  return false;
}

}  // namespace

std::string_view name_of(AllocationViolation violation) {
  static constexpr std::array<std::string_view, 7> kNames{
      "none", "wrong-size", "below-zero", "misaligned", "moved", "over-capacity", "overlap"};
  return kNames[static_cast<std::size_t>(violation)];
}

AllocationValidation validate(const AllocationProblem& problem, const Allocation& allocation) {
  const std::vector<AllocationBuffer>& buffers = problem.buffers;
  const std::vector<Bytes>& offsets = allocation.offsets;
  if (offsets.size() != buffers.size()) {
    return {AllocationViolation::kWrongSize, 0, 0};
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i] < Bytes(0)) {
      return {AllocationViolation::kBelowZero, i, 0};
    }
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i].count() % buffers[i].alignment != 0) {
      return {AllocationViolation::kMisaligned, i, 0};
    }
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (buffers[i].fixed.has_value() && offsets[i] != *buffers[i].fixed) {
      return {AllocationViolation::kMoved, i, 0};
    }
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i] > problem.capacity || buffers[i].size > problem.capacity - offsets[i]) {
      return {AllocationViolation::kOverCapacity, i, 0};
    }
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    for (std::size_t j = i + 1; j < buffers.size(); ++j) {
      const bool apart =
          offsets[i] + buffers[i].size <= offsets[j] || offsets[j] + buffers[j].size <= offsets[i];
      const bool empty = buffers[i].size == Bytes(0) || buffers[j].size == Bytes(0);
      if (!apart && !empty && live_together(buffers[i], buffers[j])) {
        return {AllocationViolation::kOverlap, i, j};
      }
    }
  }
  return {};
}

}  // namespace memplace
