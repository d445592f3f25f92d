// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.h"

namespace memplace {
namespace {

// The only thing that a handler may touch.
volatile std::sig_atomic_t g_signal = 0;

void notice(int signal) { g_signal = signal; }

}  // namespace

InterruptGuard::InterruptGuard() {
  g_signal = 0;
  struct sigaction action {};
  action.sa_handler = notice;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
}

int InterruptGuard::signal() { return g_signal; }

}  // namespace memplace
