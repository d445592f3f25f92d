// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace memplace {

// Tells OpenBLAS, where it multiplies our matrices, to use the calling thread alone: what is one
// product at a time here is many at a time where evaluations run beside learning, and sums must not
// depend on how many processors there are. Whatever multiplies, or has a library that does, calls
// it as it is made; all calls but the first do nothing.
void use_one_thread();

}  // namespace memplace
