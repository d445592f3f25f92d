// SPDX-License-Identifier: Apache-2.0
// Sizes in whole multiples of a memory's alignment.
#pragma once

#include "base/units.h"
#include "sim/chip/chip.h"

namespace memplace {

constexpr Bytes align_down(Bytes size, Bytes alignment) {
  return size.count() / alignment.count() * alignment;
}

constexpr Bytes align_up(Bytes size, Bytes alignment) {
  return ceil_div(size.count(), alignment.count()) * alignment;
}

// The slowest memory with the alignment of `memory`: what was made for one serves the other.
inline MemoryId first_aligned_as(const Chip& chip, MemoryId memory) {
  MemoryId same(0);
  while (chip.memories[same].alignment != chip.memories[memory].alignment) {
    same = MemoryId(same.index() + 1);
  }
  return same;
}

}  // namespace memplace
