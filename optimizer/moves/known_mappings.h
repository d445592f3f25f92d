// SPDX-License-Identifier: Apache-2.0
// What a search has been told, so that it need not ask again.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "optimizer/search/strategy.h"
#include "sim/placement/mapping.h"

namespace memplace {

// Remembers costs by mapping_hash(); whole mappings only where rectify gave something else than was
// asked for, which is rare.
class KnownMappings {
 public:
  // Both as it was asked and as it was given.
  void remember(const Evaluated& evaluated);

  bool contains(const Mapping& mapping) const;

  // What came of asking for `mapping`. Nothing where nobody did.
  std::optional<CostedMapping> find(const Mapping& mapping) const;

 private:
  std::unordered_map<std::uint64_t, double> costs_;             // of what was simulated
  std::unordered_map<std::uint64_t, CostedMapping> rectified_;  // by what was asked for instead
};

}  // namespace memplace
