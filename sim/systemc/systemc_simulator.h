// SPDX-License-Identifier: Apache-2.0
// The reference model: SystemC/TLM-2.0 modules that obey docs/model/timing.md.
#pragma once

#include <memory>
#include <string_view>

#include "sim/simulator.h"

namespace memplace {

// SystemC allows one elaboration in a process, so the largest chip (kMaxStreams streams,
// kMaxMemories levels) is elaborated at the first run and shared by all objects of this class;
// program and mapping are bound run by run. Not thread-safe, and only one thread of a process may
// ever use it.
class SystemCSimulator final : public Simulator {
 public:
  std::unique_ptr<SimSession> open(const Program& program) override;
  bool thread_safe() const override { return false; }
  std::string_view name() const override { return "systemc"; }
};

}  // namespace memplace
