// SPDX-License-Identifier: Apache-2.0
#include "optimizer/mapping_hash.h"

namespace memplace {

std::uint64_t mapping_hash(const Mapping& mapping) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const MemoryId memory : mapping) {
    hash ^= memory.index();
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace memplace
