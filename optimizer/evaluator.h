// SPDX-License-Identifier: Apache-2.0
// Mapping in, latency out: rectify, then simulate.
#pragma once

#include "optimizer/strategy.h"
#include "sim/mapping/rectify.h"
#include "sim/simulator.h"

namespace memplace {

// Evaluates mappings of one program. Holds references to both arguments.
class Evaluator {
 public:
  // Throws Error where not even the slowest memory can hold the network.
  Evaluator(const Program& program, Simulator& simulator);

  // `asked` is settled.
  Evaluated evaluate(const Mapping& asked);

  const Program& program() const { return program_; }

 private:
  const Program& program_;
  Simulator& simulator_;
  Rectifier rectifier_;
};

}  // namespace memplace
