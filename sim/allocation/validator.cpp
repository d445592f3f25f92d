// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/validator.h"

#include <array>

namespace memplace {
namespace {

bool lives_at(const AllocationBuffer& buffer, std::int64_t time) {
  for (const TimeInterval& gap : buffer.gaps) {
    if (gap.lower <= time && time < gap.upper) {
      return false;
    }
  }
  return buffer.lower <= time && time < buffer.upper;
}

// Where two live together, one of them begins to live then, or again.
bool live_together(const AllocationBuffer& a, const AllocationBuffer& b) {
  const auto at = [&](std::int64_t time) { return lives_at(a, time) && lives_at(b, time); };
  bool found = at(a.lower) || at(b.lower);
  for (const AllocationBuffer* buffer : {&a, &b}) {
    for (const TimeInterval& gap : buffer->gaps) {
      found = found || at(gap.upper);
    }
  }
  return found;
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
      const bool both_live = live_together(buffers[i], buffers[j]);
      const bool apart =
          offsets[i] + buffers[i].size <= offsets[j] || offsets[j] + buffers[j].size <= offsets[i];
      const bool empty = buffers[i].size == Bytes(0) || buffers[j].size == Bytes(0);
      if (both_live && !apart && !empty) {
        return {AllocationViolation::kOverlap, i, j};
      }
    }
  }
  return {};
}

}  // namespace memplace
