// SPDX-License-Identifier: Apache-2.0
// What a search strategy is: it proposes mappings and learns from what their evaluation cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "base/units.h"
#include "optimizer/search/knowledge.h"
#include "optimizer/search/options.h"
#include "sim/feasible/demotion.h"
#include "sim/metrics.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// One mapping to evaluate. `part` says which part of the strategy proposes it: a word or two in
// lower case ("start", "chain 3", "mutation"), which the history shows.
struct Proposal {
  Mapping mapping;  // settled; need be neither feasible nor allowed
  std::string part;
};

// One evaluated mapping.
struct Evaluated {
  Mapping asked;      // as the strategy proposed it
  Mapping given;      // after rectify: what was simulated
  Epsilon epsilon;    // zero bytes demoted where `asked` was feasible and allowed
  Measures measures;  // the latency at least
  // What the search minimizes, as it was measured: the objective (optimizer/search/objective.h),
  // noise included; not negative. For the latency without noise it is the latency in picoseconds.
  // Where the driver measured again it is the mean of that, without the measurement that was the
  // reason.
  double cost = 0;
  double first_cost = 0;  // of the first measurement; `cost` where there was no other
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
//   - Where asking or telling takes long on a large network, it looks for a stop (base/stopping.h).
//     One that was stopped so is asked, told and saved no more; learnt() may still be called.
//   - It proposes nothing that the problem's constraints forbid, begins with `warm.init` where
//   there
//     is one, and lets cost alone decide, never latency: also where it was measured again, since
//     what is chosen for its first measurement was lucky in it.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual std::vector<Proposal> ask(std::size_t room) = 0;
  virtual void tell(std::span<const Evaluated> results) = 0;
  // Somebody else's evaluation, better than all that this one was told of so far. It may be of use.
  // Before the first ask(): of the best heuristic, of which only those take notice that would begin
  // with it or hand it on.
  virtual void hear(const Evaluated& /*better*/) {}
  // What it has learnt that may be of use on other tasks: a TrainedPolicy, or nothing.
  virtual Knowledge learnt() const { return {}; }
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

// What a search may begin with.
struct WarmStart {
  std::optional<Mapping> init;  // where to start, settled and allowed; none: anywhere
  // A policy, what relaxations say (optimizer/moves/relaxation.h), a learner that several searches
  // share: a strategy looks for what it understands.
  Knowledge knowledge;
};

// What a strategy may know of its task.
struct StrategyTask {
  Problem problem;
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;  // evaluations the driver will allow, for schedules
  double native_cost = 0;    // of the heuristic native, for rewards relative to it; 0: unknown
  WarmStart warm = {};
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
  bool is_portfolio = false;  // gives turns to other rows of the table, none of which may be one
  bool learns = false;        // begins with a TrainedPolicy where there is one, and hands one on
  // Whether what it asks depends on how products of matrices are rounded, which is not the same on
  // all kinds of processors; null: never.
  std::function<bool(const Options& options)> multiplies = nullptr;
};

}  // namespace memplace
