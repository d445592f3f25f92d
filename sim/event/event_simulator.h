// SPDX-License-Identifier: Apache-2.0
// The fast model: the laws of docs/model/timing.md without a kernel, equal to the SystemC model to
// the picosecond (sim/check holds them so). What searches evaluate with.
#pragma once

#include <memory>
#include <string_view>

#include "sim/simulator.h"

namespace memplace {

// A session makes ready once what mappings do not change, and shares it with its forks. After its
// first call, latency(), rebase() and latency_near() allocate nothing. latency_near() is
// incremental in the latency mode (one stream, one inference).
class EventSimulator final : public Simulator {
 public:
  std::unique_ptr<SimSession> open(const Program& program) override;
  bool thread_safe() const override { return true; }
  std::string_view name() const override { return "event"; }
};

}  // namespace memplace
