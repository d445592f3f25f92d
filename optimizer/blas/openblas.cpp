// SPDX-License-Identifier: Apache-2.0
#include "optimizer/blas/openblas.h"

#ifdef EIGEN_USE_BLAS

#include <cstdlib>

#include <Eigen/Core>
#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

class OpenBlas {
 public:
  OpenBlas() {
    // As it is loaded, it begins a thread for every processor but where this is in its environment.
    constexpr const char* kThreads = "OPENBLAS_NUM_THREADS";
    const char* const set = std::getenv(kThreads);
    const std::string before = set == nullptr ? "" : set;
    setenv(kThreads, "1", 1);
    for (const char* const path : {MEMPLACE_OPENBLAS, "libopenblas.so.0"}) {
      handle_ = handle_ == nullptr ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : handle_;
    }
    if (set == nullptr) {
      unsetenv(kThreads);
    } else {
      setenv(kThreads, before.c_str(), 1);
    }
    if (handle_ == nullptr) {
      throw Error(fmt::format("OpenBLAS cannot be loaded: {}", dlerror()));
    }
    // 0: without threads, and so without locks around its buffers; 2: it asks OpenMP, on each
    // thread anew, how many to take.
    if (find<int()>("openblas_get_parallel")() != 1) {
      throw Error(
          "this OpenBLAS is not the one with POSIX threads, the only one that multiplies "
          "on several threads at once without mixing up their products; install it "
          "(Debian: libopenblas0-pthread)");
    }
    find<void(int)>("openblas_set_num_threads")(1);
  }

  template <typename Function>
  Function* find(const char* name) const {
    void* const found = dlsym(handle_, name);
    if (found == nullptr) {
      throw Error(fmt::format("OpenBLAS has no {}", name));
    }
    return reinterpret_cast<Function*>(found);
  }

 private:
  void* handle_ = nullptr;  // till the process ends
};

const OpenBlas& openblas() {
  static const OpenBlas loaded;
  return loaded;
}

}  // namespace

void load_openblas() { openblas(); }

std::string multiplier() {
  // "OpenBLAS VERSION ..."
  const std::string library = openblas().find<char*()>("openblas_get_config")();
  return fmt::format("{} for {}", library.substr(0, library.find(' ', library.find(' ') + 1)),
                     openblas().find<char*()>("openblas_get_corename")());
}

}  // namespace memplace

// NOLINTBEGIN(bugprone-macro-parentheses): of a type they would be an error.
// What Eigen calls, of real numbers (Eigen/src/misc/blas.h declares them).
#define MEMPLACE_FORWARD(NAME, PARAMETERS, ARGUMENTS)                              \
  int NAME PARAMETERS {                                                            \
    static const auto function = memplace::openblas().find<decltype(NAME)>(#NAME); \
    return function ARGUMENTS;                                                     \
  }
#define MEMPLACE_FORWARD_ALL(P, T)                                                                 \
  MEMPLACE_FORWARD(P##axpy_,                                                                       \
                   (const int* n, const T* alpha, const T* x, const int* dx, T* y, const int* dy), \
                   (n, alpha, x, dx, y, dy))                                                       \
  MEMPLACE_FORWARD(P##gemv_,                                                                       \
                   (const char* way, const int* m, const int* n, const T* alpha, const T* a,       \
                    const int* da, const T* x, const int* dx, const T* beta, T* y, const int* dy), \
                   (way, m, n, alpha, a, da, x, dx, beta, y, dy))                                  \
  MEMPLACE_FORWARD(P##trmv_,                                                                       \
                   (const char* part, const char* way, const char* unit, const int* n, const T* a, \
                    const int* da, T* x, const int* dx),                                           \
                   (part, way, unit, n, a, da, x, dx))                                             \
  MEMPLACE_FORWARD(P##symv_,                                                                       \
                   (const char* part, const int* n, const T* alpha, const T* a, const int* da,     \
                    const T* x, const int* dx, const T* beta, T* y, const int* dy),                \
                   (part, n, alpha, a, da, x, dx, beta, y, dy))                                    \
  MEMPLACE_FORWARD(P##gemm_,                                                                       \
                   (const char* way_a, const char* way_b, const int* m, const int* n,              \
                    const int* k, const T* alpha, const T* a, const int* da, const T* b,           \
                    const int* db, const T* beta, T* c, const int* dc),                            \
                   (way_a, way_b, m, n, k, alpha, a, da, b, db, beta, c, dc))                      \
  MEMPLACE_FORWARD(                                                                                \
      P##trsm_,                                                                                    \
      (const char* side, const char* part, const char* way, const char* unit, const int* m,        \
       const int* n, const T* alpha, const T* a, const int* da, T* b, const int* db),              \
      (side, part, way, unit, m, n, alpha, a, da, b, db))                                          \
  MEMPLACE_FORWARD(                                                                                \
      P##trmm_,                                                                                    \
      (const char* side, const char* part, const char* way, const char* unit, const int* m,        \
       const int* n, const T* alpha, const T* a, const int* da, T* b, const int* db),              \
      (side, part, way, unit, m, n, alpha, a, da, b, db))                                          \
  MEMPLACE_FORWARD(                                                                                \
      P##symm_,                                                                                    \
      (const char* side, const char* part, const int* m, const int* n, const T* alpha, const T* a, \
       const int* da, const T* b, const int* db, const T* beta, T* c, const int* dc),              \
      (side, part, m, n, alpha, a, da, b, db, beta, c, dc))                                        \
  MEMPLACE_FORWARD(P##syrk_,                                                                       \
                   (const char* part, const char* way, const int* n, const int* k, const T* alpha, \
                    const T* a, const int* da, const T* beta, T* c, const int* dc),                \
                   (part, way, n, k, alpha, a, da, beta, c, dc))

extern "C" {
MEMPLACE_FORWARD_ALL(s, float)
MEMPLACE_FORWARD_ALL(d, double)
}
// NOLINTEND(bugprone-macro-parentheses)

#else

namespace memplace {

void load_openblas() {}

std::string multiplier() { return "Eigen"; }

}  // namespace memplace

#endif
