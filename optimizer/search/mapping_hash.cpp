// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/mapping_hash.h"

#include "base/fnv.h"

namespace memplace {

std::uint64_t mapping_hash(const Mapping& mapping) {
  Fnv1a hash;
  for (const MemoryId memory : mapping) {
    hash.add_number(memory.index());
  }
  return hash.value();
}

}  // namespace memplace
