// SPDX-License-Identifier: Apache-2.0
// Sizes in whole multiples of a memory's alignment.
#pragma once

#include "base/units.h"

namespace memplace {

constexpr Bytes align_down(Bytes size, Bytes alignment) {
  return size.count() / alignment.count() * alignment;
}

constexpr Bytes align_up(Bytes size, Bytes alignment) {
  return ceil_div(size.count(), alignment.count()) * alignment;
}

}  // namespace memplace
