// SPDX-License-Identifier: Apache-2.0
#include "cli/proven_bound.h"

#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "optimizer/bound/bound.h"

namespace memplace {

void check_bound_flag(const Arguments& arguments, Objective objective) {
  if (arguments.has("--bound") && objective != Objective::kLatency) {
    throw arguments.error(
        fmt::format("--bound: only latencies have a proven bound, and the objective is {}",
                    name_of(objective)));
  }
}

Picoseconds proven_bound(const Program& program, Picoseconds known,
                         const std::function<bool()>& stop) {
  BoundRequest request;
  request.known = known;
  request.stop = stop;
  return prove_bound(program, request).proven;
}

BoundClock::BoundClock(const Console& console, std::string command, const std::string& what)
    : console_(console), command_(std::move(command)) {
  if (!has_linear_solver()) {
    console_.err << fmt::format("{}: built without a linear solver, which would prove more\n",
                                command_);
  }
  console_.err << fmt::format("{}: proving {}\n", command_, printable(what)) << std::flush;
}

void BoundClock::finish() const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
  console_.err << fmt::format("{}: proving took {:.2f} s\n", command_, spent.count()) << std::flush;
}

}  // namespace memplace
