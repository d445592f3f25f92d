// SPDX-License-Identifier: Apache-2.0
// Counts allocations of a test program that links memplace_test_allocations, which replaces
// operator new. Sanitizers do so as well, so not under them.
#pragma once

#include <cstddef>

namespace memplace::test {

// Calls of operator new since the program began.
std::size_t allocation_count();

}  // namespace memplace::test
