// SPDX-License-Identifier: Apache-2.0
#include "optimizer/blas/processor.h"

#include <fmt/format.h>

#include "optimizer/blas/openblas.h"

namespace memplace {
namespace {

// Compilers and mathematical libraries fuse multiplications with additions where they can.
std::string instructions() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma") != 0 ? "x86-64 with FMA" : "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "another processor";
#endif
}

}  // namespace

std::string processor_kind() { return fmt::format("{}, {}", instructions(), multiplier()); }

}  // namespace memplace
