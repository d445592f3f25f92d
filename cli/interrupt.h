// SPDX-License-Identifier: Apache-2.0
// Ctrl-C where there is something to save.
#pragma once

#include <csignal>
#include <string>

namespace memplace {

// While it lives, SIGINT and SIGTERM are noticed instead of ending the process; each only once, so
// that a second one ends it.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  // The signal that came; 0: none.
  static int signal();

 private:
  struct sigaction interrupt_ {};  // as they were
  struct sigaction terminate_ {};
};

// Thrown when all is saved: the program prints the message and ends with 128 + the signal, as
// shells expect.
struct Interrupted {
  int signal = 0;
  std::string message;
};

}  // namespace memplace
