// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/known_mappings.h"

#include "optimizer/search/mapping_hash.h"

namespace memplace {

void KnownMappings::remember(const Evaluated& evaluated) {
  const std::uint64_t asked = mapping_hash(evaluated.asked);
  const std::uint64_t given = mapping_hash(evaluated.given);
  costs_.emplace(given, evaluated.cost);
  if (asked != given) {
    rectified_.emplace(asked, CostedMapping{evaluated.given, evaluated.cost});
  }
}

bool KnownMappings::contains(const Mapping& mapping) const {
  const std::uint64_t hash = mapping_hash(mapping);
  return costs_.contains(hash) || rectified_.contains(hash);
}

std::optional<CostedMapping> KnownMappings::find(const Mapping& mapping) const {
  const std::uint64_t hash = mapping_hash(mapping);
  if (const auto rectified = rectified_.find(hash); rectified != rectified_.end()) {
    return rectified->second;
  }
  if (const auto simulated = costs_.find(hash); simulated != costs_.end()) {
    return CostedMapping{mapping, simulated->second};
  }
  return std::nullopt;
}

}  // namespace memplace
