// SPDX-License-Identifier: Apache-2.0
// Where two runs of the same program and mapping first differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/check/event_log.h"
#include "sim/simulator.h"

namespace memplace {

// A run as one model sees it. `events` is sorted.
struct ModelRun {
  std::string_view model;
  SimResult result;
  EventLog events;
};

// The earliest event in which the two differ, or that only one of them has; where all events are
// equal, the first statistic of SimResult. Both values and what happened around them in each model:
//
//   event and systemc differ at 32 ns: dram input a0: granted: 32 ns by event, 48 ns by systemc
//   event, around it:
//     dram weight a0 posted 0 served 0-32 arrived 32
//   > dram input a0 posted 0 served 32-48 arrived 48
//   systemc, around it:
//     ...
std::optional<std::string> first_difference(const Program& program, const ModelRun& a,
                                            const ModelRun& b);

}  // namespace memplace
