// SPDX-License-Identifier: Apache-2.0
#include "optimizer/blas/one_thread.h"

#ifdef EIGEN_USE_BLAS
#include <cblas.h>
#endif

namespace memplace {

void use_one_thread() {
#ifdef EIGEN_USE_BLAS
  [[maybe_unused]] static const bool told = [] {
    openblas_set_num_threads(1);
    return true;
  }();
#endif
}

}  // namespace memplace
