// SPDX-License-Identifier: Apache-2.0
#include "sim/chip/memory_set.h"

namespace memplace {

std::optional<MemoryId> nearest_of(MemorySet set, MemoryId memory) {
  for (std::size_t level = memory.index() + 1; level > 0; --level) {
    if (set.contains(MemoryId(level - 1))) {
      return MemoryId(level - 1);
    }
  }
  for (std::size_t level = memory.index() + 1; level < kMaxMemories; ++level) {
    if (set.contains(MemoryId(level))) {
      return MemoryId(level);
    }
  }
  return std::nullopt;
}

MemorySet writable_memories(const Chip& chip) {
  MemorySet set;
  for (const MemoryId id : chip.memories.ids()) {
    if (!chip.memories[id].read_only) {
      set.insert(id);
    }
  }
  return set;
}

}  // namespace memplace
