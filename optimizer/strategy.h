// SPDX-License-Identifier: Apache-2.0
// What a search strategy is: it proposes mappings and learns from their simulated latency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "optimizer/options.h"
#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "sim/mapping/rectify.h"
#include "workloads/graph/graph.h"

namespace memplace {

// One simulated mapping.
struct Evaluated {
  Mapping asked;    // as the strategy proposed it
  Mapping given;    // after rectify: what was simulated
  Epsilon epsilon;  // zero bytes demoted where `asked` was feasible
  Picoseconds latency;
};

// Proposes and learns.
//
// Contract:
//   - ask() returns at most `room` settled mappings, and at least one unless done(); room > 0.
//   - tell() receives the results of the last ask(), in the same order, exactly once.
//   - All randomness comes from the seed given to make(): same seed, same proposals, whatever the
//     number of evaluation threads.
//   - A strategy never simulates by itself and never prints.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual std::vector<Mapping> ask(std::size_t room) = 0;
  virtual void tell(std::span<const Evaluated> results) = 0;
  // Nothing more to propose; the driver stops before its budget is spent.
  virtual bool done() const { return false; }
};

// What a strategy may know of its task. The references outlive it.
struct StrategyTask {
  const Graph& graph;
  const Chip& chip;
  Mode mode;
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;  // evaluations the driver will allow, for schedules
};

// A row of the table of strategies.
struct StrategyInfo {
  std::string name;
  std::string summary;
  std::vector<OptionInfo> options;
  std::function<std::unique_ptr<Strategy>(const StrategyTask& task, const Options& options)> make;
};

// Every strategy, in the order in which users should meet them.
std::span<const StrategyInfo> strategies();

// Throws Error naming the known strategies and the nearest.
const StrategyInfo& find_strategy(std::string_view name);

}  // namespace memplace
