// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sim/allocation/problem.h"

namespace memplace {

inline AllocationBuffer buffer(std::int64_t lower, std::int64_t upper, std::int64_t size = 1,
                               std::int64_t alignment = 1,
                               std::optional<Bytes> hint = std::nullopt) {
  return {"b", lower, upper, Bytes(size), alignment, hint};
}

}  // namespace memplace
