// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace {

struct ThreadPool::Impl {
  using Work = std::function<void(std::size_t, std::size_t)>;

  // Until no piece is left.
  void work_on(std::size_t thread, std::unique_lock<std::mutex>& lock) {
    while (next < pieces) {
      const std::size_t piece = next++;
      const Work& mine = *work;
      const StopScope* const stop = scope;
      lock.unlock();
      std::exception_ptr failure;
      try {
        const SharedStop shared(stop);
        mine(thread, piece);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure && (!error || piece < failed_piece)) {
        error = failure;
        failed_piece = piece;
      }
      if (++done == pieces) {
        finished.notify_one();
      }
    }
  }

  void run(std::size_t thread) {
    std::unique_lock<std::mutex> lock(mutex);
    while (!closing) {
      work_on(thread, lock);
      wake.wait(lock, [&] { return closing || next < pieces; });
    }
  }

  void close() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      closing = true;
    }
    wake.notify_all();
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable finished;
  const Work* work = nullptr;
  const StopScope* scope = nullptr;  // of who called for_each()
  std::size_t pieces = 0;
  std::size_t next = 0;  // piece to take
  std::size_t done = 0;
  std::exception_ptr error;
  std::size_t failed_piece = 0;
  bool closing = false;
  std::vector<std::thread> threads;
};

ThreadPool::ThreadPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
  MEMPLACE_ASSERT(threads >= 1, "a pool without threads");
  impl_->threads.reserve(threads - 1);
  try {
    for (std::size_t i = 1; i < threads; ++i) {
      impl_->threads.emplace_back([impl = impl_.get(), i] { impl->run(i); });
    }
  } catch (const std::system_error& error) {
    impl_->close();
    throw Error(fmt::format("cannot start {} threads: {}", threads, error.code().message()));
  }
}

ThreadPool::~ThreadPool() { impl_->close(); }

std::size_t ThreadPool::threads() const { return impl_->threads.size() + 1; }

void ThreadPool::for_each(std::size_t pieces, const Impl::Work& work) {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->work = &work;
  impl_->scope = StopScope::innermost();
  impl_->pieces = pieces;
  impl_->next = 0;
  impl_->done = 0;
  impl_->error = nullptr;
  if (pieces > 1 && !impl_->threads.empty()) {
    impl_->wake.notify_all();
  }
  impl_->work_on(0, lock);
  impl_->finished.wait(lock, [&] { return impl_->done == pieces; });
  impl_->pieces = 0;
  impl_->next = 0;
  if (impl_->error) {
    std::rethrow_exception(impl_->error);
  }
}

}  // namespace memplace
