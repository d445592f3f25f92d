// SPDX-License-Identifier: Apache-2.0
// The top of the SystemC model: every stream, every memory, the arbiter, and the wires.
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "sim/simulator.h"
#include "sim/systemc/arbiter.h"
#include "sim/systemc/memory_target.h"
#include "sim/systemc/stream.h"

namespace memplace::systemc {

class Machine : public sc_core::sc_module {
 public:
  explicit Machine(const sc_core::sc_module_name& name);

  // Runs the kernel until nothing is left to happen.
  SimResult run(const Program& program, const Placed& placed, SimObserver* observer);

 private:
  SimResult collect(const Program& program) const;

  Arbiter arbiter_{"arbiter"};
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<MemoryTarget>> memories_;
};

}  // namespace memplace::systemc
