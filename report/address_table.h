// SPDX-License-Identifier: Apache-2.0
// Addresses for other programs. docs/guide/output.md explains the columns.
#pragma once

#include <string>

#include "sim/placement/addresses.h"
#include "sim/placement/problem.h"

namespace memplace {

// `id,memory,lower,upper,size,offset`, a row a tensor with bytes of its own: what
// sim/allocation/allocation_csv.h reads. A tensor that is fetched has a second row behind its
// first, whose id is as in "fc.weights>llc".
std::string to_csv(const Addresses& addresses, const Problem& problem);

}  // namespace memplace
