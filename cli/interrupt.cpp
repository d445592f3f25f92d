// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.h"

#include <atomic>
#include <cstdint>
#include <ctime>

namespace memplace {
namespace {

// Nanoseconds.
constexpr std::int64_t kPatience = 250'000'000;
constexpr std::int64_t kSameStop = 50'000'000;

// The only things that a handler may touch.
std::atomic<int> g_signal = 0;
std::atomic<std::int64_t> g_since = 0;
static_assert(std::atomic<int>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

// Nanoseconds; may be asked by a handler.
std::int64_t monotonic_time() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A second signal ends the program, but for what comes with the first: a launcher may signal the
// process and its group.
void notice(int signal) {
  const std::int64_t now = monotonic_time();
  if (g_signal == 0) {
    g_since = now;
    g_signal = signal;
  } else if (signal != SIGHUP && now - g_since >= kSameStop) {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(signal, &plain, nullptr);
    ::raise(signal);  // once this returns
  }
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_signal = 0;
  struct sigaction action {};
  action.sa_handler = notice;
  action.sa_flags = SA_RESTART;
  // One at a time, so that only one is the first.
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&action.sa_mask, signal);
  }
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
  ::sigaction(SIGHUP, nullptr, &hang_up_);
  if (hang_up_.sa_handler != SIG_IGN) {
    ::sigaction(SIGHUP, &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
  ::sigaction(SIGHUP, &hang_up_, nullptr);
}

int InterruptGuard::signal() { return g_signal; }

bool InterruptGuard::overdue() { return g_signal != 0 && monotonic_time() - g_since >= kPatience; }

}  // namespace memplace
