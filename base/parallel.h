// SPDX-License-Identifier: Apache-2.0
// A fixed crew of threads that shares out numbered pieces of work.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace memplace {

// Threads that live as long as the pool. Used by one thread at a time, which works too: a pool of
// one starts none.
class ThreadPool {
 public:
  // `threads` >= 1, the caller included. Throws Error where the system has no more of them.
  explicit ThreadPool(std::size_t threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  std::size_t threads() const;

  // Calls work(thread, piece) once for each piece in [0, pieces), thread in [0, threads()), no two
  // at once with the same thread; returns when all are done. Who does which piece is left to
  // chance, so results must not depend on it. Where pieces throw, all others are done
  // nevertheless, and then what the first of them threw is thrown here. All of it is to stop where
  // the caller is (base/stopping.h).
  void for_each(std::size_t pieces,
                const std::function<void(std::size_t thread, std::size_t piece)>& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace memplace
