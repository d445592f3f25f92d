// SPDX-License-Identifier: Apache-2.0
// Memory that a thread writes while others work must share no cache line with theirs: each write
// would take the line away from them, although nobody reads what the other wrote.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace memplace::event {

// Of the machines this runs on. std::hardware_destructive_interference_size would depend on flags.
inline constexpr std::size_t kCacheLine = 64;

// Gives whole lines.
template <class T>
struct LineAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): the standard's name

  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>& /*other*/) {}

  T* allocate(std::size_t count) {
    const std::size_t lines = (count * sizeof(T) + kCacheLine - 1) / kCacheLine;
    return static_cast<T*>(::operator new(lines* kCacheLine, std::align_val_t(kCacheLine)));
  }
  void deallocate(T* items, std::size_t /*count*/) {
    ::operator delete(items, std::align_val_t(kCacheLine));
  }
  bool operator==(const LineAllocator&) const = default;
};

template <class T>
using LineVector = std::vector<T, LineAllocator<T>>;

}  // namespace memplace::event
