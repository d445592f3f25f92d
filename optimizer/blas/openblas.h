// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace memplace {

// Loads OpenBLAS, which multiplies our matrices (cmake/blas.cmake), on the calling thread alone:
// what is one product at a time here is many at a time where evaluations run beside learning, and
// sums must not depend on how many processors there are. Whatever multiplies calls it as it is
// made; all calls but the first do nothing. Throws Error where there is none to be loaded, or one
// that mixes up products which several threads ask for. Nothing to do where Eigen multiplies by
// itself.
void load_openblas();

// Its version and the kind of processor that it multiplies for, as "OpenBLAS 0.3.21 for Haswell";
// "Eigen" where that multiplies. Throws as load_openblas() does.
std::string multiplier();

}  // namespace memplace
