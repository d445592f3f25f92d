// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optimizer/bound/room.h"

namespace memplace::test {

inline constexpr bound::Time kNs = 1000;

}  // namespace memplace::test
