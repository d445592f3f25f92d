// SPDX-License-Identifier: Apache-2.0
// Ctrl-C where there is something to save or to show.
#pragma once

#include <csignal>
#include <string>

namespace memplace {

// While it lives, the first SIGINT, SIGTERM or SIGHUP is noticed instead of ending the process. A
// second SIGINT or SIGTERM ends it; further SIGHUPs do nothing, as a terminal that closes may send
// several. Who started the process with SIGHUP ignored (nohup) has it ignored.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  // The signal that came; 0: none. On any thread, as is the next.
  static int signal();
  // Whether it came a quarter of a second ago: what takes longer than that, such as a batch of
  // evaluations, is not waited for. For a StopScope (base/stopping.h).
  static bool overdue();

 private:
  struct sigaction interrupt_ {};  // as they were
  struct sigaction terminate_ {};
  struct sigaction hang_up_ {};
};

// Thrown when all is saved: the program prints the message and ends with 128 + the signal, as
// shells expect.
struct Interrupted {
  int signal = 0;
  std::string message;
};

}  // namespace memplace
