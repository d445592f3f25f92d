// SPDX-License-Identifier: Apache-2.0
// Mapping in, latency out: rectify, then simulate.
#pragma once

#include <memory>

#include "optimizer/strategy.h"
#include "sim/mapping/rectify.h"
#include "sim/simulator.h"

namespace memplace {

// Evaluates mappings of one program. Both arguments outlive it.
class Evaluator {
 public:
  // Throws Error where not even the slowest memory can hold the network.
  Evaluator(const Program& program, Simulator& simulator);

  // `asked` is settled.
  Evaluated evaluate(const Mapping& asked);

  const Program& program() const { return program_; }

 private:
  Picoseconds simulate(const Mapping& given);

  const Program& program_;
  std::unique_ptr<SimSession> session_;
  Rectifier rectifier_;
  Mapping base_;  // of the session; empty before the first
  Mapping last_;  // simulated
};

}  // namespace memplace
