// SPDX-License-Identifier: Apache-2.0
// Linear functions of a mapping that its latency is never below: the paths through the events of
// the relaxed model. The time of an event is the length of the longest path to it; of a path,
// every piece is a time that does not depend on the mapping or a request's time in the memory that
// the mapping chooses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "optimizer/bound/relaxed_program.h"

namespace memplace::bound {

// How much of a decision is in a memory, from 0 to 1: variable `decision x memories + memory`.
using Shares = std::vector<double>;
// The memory that has most of a decision; the slowest of several.
std::size_t main_memory(const Shares& shares, std::size_t decision, std::size_t memories);

// No feasible mapping is faster than constant + sum of time x share.
struct Cut {
  struct Term {
    std::uint32_t variable = 0;
    Time time = 0;  // >= 0
    bool operator==(const Term&) const = default;
  };
  Time constant = 0;
  std::vector<Term> terms;  // each variable once, in order

  double at(const Shares& shares) const;
  bool operator==(const Cut&) const = default;
};

// Constraints of the relaxed model, in the order in which they are added to each other.
enum class PathRule {
  kData,      // inputs after their producers, tiles after their inputs, outputs after their tiles
  kSlots,     // two input slots, two output slots
  kPrefetch,  // weights after the space they need, tiles after their weights
  kQueue,     // inputs that are fixed behind weights that are posted before them
};
inline constexpr std::size_t kPathRules = 4;

// All computing and dispatching, whatever the mapping.
Cut compute_cut(const RelaxedProgram& relaxed);
// One for each channel: all that it serves in one inference, on average.
std::vector<Cut> channel_cuts(const RelaxedProgram& relaxed);

class PathFinder {
 public:
  // It outlives this.
  explicit PathFinder(const RelaxedProgram& relaxed);

  // The longest path under `shares`, of the rules up to `last`.
  Cut longest(const Shares& shares, PathRule last);

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kBegin = 0;

  // An event and the last piece of the longest path to it.
  struct Node {
    double time = 0;
    std::uint32_t before = kNone;
    std::uint32_t variable = kNone;
    Time constant = 0;
    Time factor = 0;  // of the variable
  };

  std::uint32_t add();
  void reach(std::uint32_t node, std::uint32_t from, Time constant, std::uint32_t variable = kNone,
             Time factor = 0);
  void reach_in(std::uint32_t node, std::uint32_t from, Time constant, DecisionIndex decision,
                std::size_t memory, Time factor);
  bool holds(PathRule rule) const { return rule <= last_; }
  void post_chunks(std::uint32_t ended);
  void read_block(std::size_t step, std::size_t block);
  void run_tile(std::size_t step, std::size_t tile);
  Cut trace(std::uint32_t node) const;

  const RelaxedProgram& relaxed_;
  std::size_t memories_;
  bool in_order_ = true;  // every memory
  std::vector<DecisionIndex> chunk_decision_;

  const Shares* shares_ = nullptr;
  PathRule last_ = PathRule::kQueue;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> tile_end_;  // by number of the tile + 1
  std::vector<std::uint32_t> served_;    // chunk x memory
  std::size_t chunks_posted_ = 0;
  std::vector<std::uint32_t> weights_free_, inputs_free_;  // by memory
  std::vector<std::uint32_t> written_;                     // tile x memory
  std::uint32_t posted_ = kBegin;                          // the latest block
  std::vector<std::uint32_t> block_served_;                // operand x memory, of the block at hand
  std::size_t block_ = 0, chunk_ = 0;                      // next
  std::size_t queued_ = 0;  // the first chunk that may be posted after the block at hand
};

}  // namespace memplace::bound
