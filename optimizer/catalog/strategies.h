// SPDX-License-Identifier: Apache-2.0
// The strategies of memplace.
#pragma once

#include "optimizer/search/catalog.h"

namespace memplace {

const Catalog& strategies();

}  // namespace memplace
