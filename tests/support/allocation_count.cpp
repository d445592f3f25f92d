// SPDX-License-Identifier: Apache-2.0
#include "tests/support/allocation_count.h"

#include <cstdlib>
#include <new>

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: g++ 12 takes an inlined free() for a mismatch with operator new.
// NOLINTBEGIN(misc-definitions-in-headers,readability-inconsistent-declaration-parameter-name)
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
// NOLINTEND(misc-definitions-in-headers,readability-inconsistent-declaration-parameter-name)

namespace memplace::test {

std::size_t allocation_count() { return allocations; }

}  // namespace memplace::test
