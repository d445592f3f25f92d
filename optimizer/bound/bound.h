// SPDX-License-Identifier: Apache-2.0
// How fast a network can be at best: a time that no feasible mapping is below, proven.
//
// Everything is a bound on SimResult::latency of both simulators, for every mode; with several
// streams contention between them counts in the channels alone. docs/model/bound.md derives each
// constraint from the laws of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "sim/placement/mapping.h"
#include "sim/timing/program.h"

namespace memplace {

// How hard to try, in work. The defaults suit networks of some hundred ops.
struct BoundEffort {
  std::size_t cut_rounds = 120;    // linear programs, for each family of constraints
  std::size_t integer_rounds = 2;  // integer programs; 0: none, and no solver_bound
  std::size_t integer_nodes = 500;
  std::size_t price_rounds = 150;  // of prices of room
  std::size_t width = 300;         // labels of the chain while prices are looked for,
  std::size_t last_width = 3000;   // and with the best of them

  bool operator==(const BoundEffort&) const = default;
};

// For many bounds, each a little lower: a tenth of the time or less, and no integer programs.
inline constexpr BoundEffort kQuickBound{20, 0, 0, 40, 300, 300};

// With all constraints of this family and of those before it.
struct BoundFamily {
  std::string name;
  Picoseconds bound;

  bool operator==(const BoundFamily&) const = default;
};

// Watches; on the caller's thread.
class BoundObserver {
 public:
  virtual ~BoundObserver() = default;
  // `family` is being added; `bound` is proven so far, and `best` the least latency known.
  virtual void on_bound(std::string_view family, Picoseconds bound,
                        std::optional<Picoseconds> best) = 0;
};

struct BoundRequest {
  BoundEffort effort = {};
  // Asked at each pivot, and between some hundred labels of the chain; what is proven by then is
  // the result. Empty: never. Who is stopped by a StopScope of their own (base/stopping.h) has
  // none.
  std::function<bool()> stop = nullptr;
  // The latency of a feasible mapping: no higher bound is looked for.
  std::optional<Picoseconds> known = std::nullopt;
  // Makes a mapping feasible, simulates it and returns its latency; empty where mappings that turn
  // up are of no interest. What it returns is known from then on.
  std::function<Picoseconds(const Mapping&)> simulate = nullptr;
  BoundObserver* observer = nullptr;
};

struct Bound {
  Picoseconds proven;
  // What the integer solver claims no mapping is below; it may be wrong. None without a solver.
  std::optional<Picoseconds> claimed;
  // In the order in which they were added, never falling; those before it was stopped.
  std::vector<BoundFamily> families;
  bool stopped = false;  // by BoundRequest::stop
  // How much of each decision (Problem::decisions()) the linear relaxation has in each memory, by
  // decision, then memory; each decision's add up to 1. Empty without a solver.
  std::vector<double> shares;
  // Where the relaxations would have the tensors, settled, each once: of the integer program first,
  // then of the chain. They need not be feasible.
  std::vector<Mapping> mappings;
};

// Under the constraints of the program's problem. Throws Error where a decision is left without a
// memory. The result is a function of the arguments, but for `stop`.
Bound prove_bound(const Program& program, const BoundRequest& request);

// The time of the relaxed model under one mapping, settled and with room for what is live at each
// step: no later than either simulator's latency. What lies between the two is lost to the
// relaxation.
Picoseconds relaxed_time(const Program& program, const Mapping& mapping);

// Whether linear programs can be solved; without, the families of the linear relaxation are left
// out, and the chain's bound is the same but for the prices it starts from.
bool has_linear_solver();

// (latency - bound) / bound: how much slower than proven possible at most. 0 where both are 0,
// infinite where the bound alone is.
double gap_of(Picoseconds latency, Picoseconds bound);

}  // namespace memplace
