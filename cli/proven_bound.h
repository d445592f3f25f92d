// SPDX-License-Identifier: Apache-2.0
// What --bound adds to the commands that search.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/units.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "optimizer/search/objective.h"
#include "sim/timing/program.h"

namespace memplace {

// Throws Error where --bound is given and the objective is another one than latency: nothing else
// has bounds.
void check_bound_flag(const Arguments& arguments, Objective objective);

// prove_bound() with its default effort, where `known` is the latency of a feasible mapping. `stop`
// may be empty.
Picoseconds proven_bound(const Program& program, Picoseconds known,
                         const std::function<bool()>& stop = nullptr);

// Says on stderr that proving takes its time, and how much it took in the end.
class BoundClock {
 public:
  // "COMMAND: proving WHAT"
  BoundClock(const Console& console, std::string command, const std::string& what);

  void finish() const;

 private:
  const Console& console_;
  std::string command_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace memplace
