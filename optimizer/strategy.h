// SPDX-License-Identifier: Apache-2.0
// What a search strategy is: it proposes mappings and learns from what their evaluation cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "base/units.h"
#include "optimizer/options.h"
#include "sim/chip/chip.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/mapping.h"
#include "sim/mapping/rectify.h"
#include "workloads/graph/graph.h"

namespace memplace {

class Learner;
struct Relaxation;
struct TrainedPolicy;

// What several searches learn together: the first strategy that learns puts its learner here, the
// others take it.
struct SharedLearner {
  std::shared_ptr<Learner> learner;
};

// One mapping to evaluate. `part` says which part of the strategy proposes it: a word or two in
// lower case ("start", "chain 3", "mutation"), which the history shows.
struct Proposal {
  Mapping mapping;  // settled; need be neither feasible nor allowed
  std::string part;
};

// One evaluated mapping.
struct Evaluated {
  Mapping asked;    // as the strategy proposed it
  Mapping given;    // after rectify: what was simulated
  Epsilon epsilon;  // zero bytes demoted where `asked` was feasible and allowed
  Picoseconds latency;
  // What the search minimizes, as it was measured: the objective (optimizer/objective.h), noise
  // included; not negative. For the latency without noise it is the latency in picoseconds.
  double cost = 0;
};

// What searches hold on to: a mapping as it was simulated, and what it cost.
struct CostedMapping {
  Mapping mapping;
  double cost = 0;
};

// Proposes and learns.
//
// Contract:
//   - ask() returns at most `room` settled mappings, and at least one unless done(); room > 0.
//   - tell() receives the results of the last ask(), in the same order, exactly once.
//   - What is asked depends on the task, the options and what was told, and on nothing else: same
//     seed, same proposals, whatever the number of evaluation threads. So a strategy that is told
//     again what it was told once is where it was: this is how killed runs are resumed.
//   - A strategy never simulates by itself and never prints.
//   - It proposes nothing that the task's constraints forbid, begins with `init` where there is
//     one, and lets cost alone decide, never latency.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual std::vector<Proposal> ask(std::size_t room) = 0;
  virtual void tell(std::span<const Evaluated> results) = 0;
  // Somebody else's evaluation, better than all that this one was told of so far. It may be of use.
  virtual void hear(const Evaluated& /*better*/) {}
  // What it has learnt that may be of use on other tasks; null where there is no such thing. Valid
  // until the next call of anything.
  virtual const TrainedPolicy* policy() { return nullptr; }
  // Nothing more to propose; the driver stops before its budget is spent.
  virtual bool done() const { return false; }

  // What the strategy has become since it was made, between a tell() and the next ask(). False, and
  // nothing written, where it keeps no such thing: then it is told its history again.
  virtual bool save(ArchiveWriter& /*archive*/) const { return false; }
  // Becomes what was saved by a strategy that was made for the same task with the same options;
  // called before the first ask(). Throws Error where the archive holds something else; then the
  // strategy may not be used any more.
  virtual void load(ArchiveReader& /*archive*/) {
    throw InternalError("a strategy that saves nothing is to load");
  }
};

// What a strategy may know of its task. The references outlive it.
struct StrategyTask {
  const Graph& graph;
  const Chip& chip;
  Mode mode;
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;                  // evaluations the driver will allow, for schedules
  const Constraints* constraints = nullptr;  // null: everything is allowed
  const Mapping* init = nullptr;             // where to start, settled and allowed; null: anywhere
  double native_cost = 0;  // of the heuristic native, for rewards relative to it; 0: unknown
  const TrainedPolicy* policy = nullptr;  // to begin with, where a strategy can; null: none
  SharedLearner* shared = nullptr;        // null: whoever learns learns alone
  // Where relaxations would have the tensors (optimizer/relaxation.h), to begin with; null:
  // unknown.
  const Relaxation* relaxation = nullptr;
};

// Values of options that belong together.
struct Preset {
  std::string name;
  std::string summary;
  std::vector<std::string> options;  // each "name=value"
};

// A row of the table of strategies.
struct StrategyInfo {
  std::string name;
  std::string summary;
  std::vector<OptionInfo> options;
  std::function<std::unique_ptr<Strategy>(const StrategyTask& task, const Options& options)> make;
  std::vector<Preset> presets = {};
  bool learns = false;  // begins with StrategyTask::policy, and has a policy() to hand on
};

// Every strategy, in the order in which users should meet them.
std::span<const StrategyInfo> strategies();

// Throws Error naming the known strategies and the nearest.
const StrategyInfo& find_strategy(std::string_view name);

// The options of the preset that `given`, each "name=value", does not name, then `given`; the
// latter alone where `preset` is empty. Throws Error for an unknown preset, with the nearest.
std::vector<std::string> with_preset(const StrategyInfo& info, std::string_view preset,
                                     std::span<const std::string> given);

// The names of those that learn.
std::vector<std::string> learning_strategies();

}  // namespace memplace
