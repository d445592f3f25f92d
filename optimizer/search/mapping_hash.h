// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sim/placement/mapping.h"

namespace memplace {

// A hash of which memory each tensor is in: FNV-1a over the memory indices in tensor order.
std::uint64_t mapping_hash(const Mapping& mapping);

}  // namespace memplace
