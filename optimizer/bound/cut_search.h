// SPDX-License-Identifier: Apache-2.0
// The linear relaxation over shares of memories: cuts and full memories are added where the
// solution so far breaks them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "optimizer/bound/certificate.h"
#include "optimizer/bound/linear_solver.h"
#include "optimizer/bound/path_cuts.h"
#include "optimizer/bound/room.h"

namespace memplace::bound {

// The memories of a mapping that the integer program found; what CBC claims no mapping is below.
struct IntegerOutcome {
  Time claimed = 0;  // never proven by us
  std::optional<std::vector<std::uint8_t>> memories;
};

class CutSearch {
 public:
  // All outlive it. `allowed`: by decision, then memory.
  CutSearch(const RelaxedProgram& relaxed, const Room& room, const std::vector<char>& allowed,
            LinearSolver& solver);

  void add(Cut cut);
  // Solves, adds the longest path under the rules up to `last` and rows of memories that are too
  // full, and solves again, until nothing is broken, `rounds` times at most. Returns what is
  // proven, no less than before.
  Time tighten(std::optional<PathRule> last, std::size_t rounds);
  Time proven() const { return proven_; }

  // Of the best relaxation so far: prices of room and how much of each decision is where.
  const RoomPrices& prices() const { return prices_; }
  bool has_prices() const;  // whether any is above 0
  const Shares& shares() const { return shares_; }

  // The same with whole decisions. Cuts that its solutions break are added and it is solved again,
  // `rounds` times at most. Nothing where the solver finds nothing.
  std::optional<IntegerOutcome> solve_integers(const IntegerLimits& limits, std::size_t rounds);

 private:
  // A row of the solver behind those that say that each decision is somewhere.
  struct Row {
    enum class Kind { kCut, kRoom } kind;
    std::size_t index;     // of the cut, or of the row of prices
    std::size_t idle = 0;  // solutions since it last mattered
  };

  bool solve();
  bool add_full_rows();
  bool add_longest(PathRule last);
  void drop_idle(const LinearSolution& solution);
  void certify(const LinearSolution& solution);
  Shares shares_of(const std::vector<double>& values) const;

  const RelaxedProgram& relaxed_;
  const Room& room_;
  const std::vector<char>& allowed_;
  LinearSolver& solver_;
  PathFinder finder_;
  std::size_t memories_;
  std::uint32_t latency_ = 0;  // its column
  std::vector<Cut> cuts_;
  std::vector<Row> rows_;
  std::set<std::size_t> full_;  // rows of RoomPrices that are there
  Time proven_ = 0;
  RoomPrices prices_;
  Shares shares_;
  double objective_ = 0;  // picoseconds
  // Shares whose longest path is short, which keep those of one solution after the other from
  // jumping about; and how long it is under the rules at hand.
  Shares centre_;
  std::optional<double> centre_time_;
};

}  // namespace memplace::bound
