// SPDX-License-Identifier: Apache-2.0
// What has to be known between two steps of the relaxed model for all that follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "optimizer/bound/relaxed_program.h"

namespace memplace::bound {

// Where between two steps a label keeps its times, all relative to the end of the step before. What
// lies so far back that it decides nothing is moved up to where it begins to, so that more labels
// are alike.
struct TimePlaces {
  std::size_t memories;

  static constexpr std::size_t kSlots = 0;   // two: when the output slots are free, sooner first
  static constexpr std::size_t kInputs = 2;  // when the next block is posted
  static constexpr std::size_t kAll = 3;     // when everything is written, as far as it is known
  std::size_t outputs() const { return 4; }  // by memory: its channel is free for the next output,
  std::size_t inputs() const { return 4 + memories; }       // input
  std::size_t weights() const { return 4 + 2 * memories; }  // or chunk of weights
  // When steps were written that later ones wait for, then when chunks were posted that are not
  // used yet; as Boundary lists them.
  std::size_t events() const { return 4 + 3 * memories; }
};

// A label's key has a digit of four bits for each decision that it knows.
inline constexpr std::size_t kDigits = 16;
inline constexpr std::uint64_t kUnknownMemory = 15;  // any memory: whatever serves best at each use

inline std::uint64_t digit_of(std::uint64_t key, std::size_t place) {
  return key >> (4 * place) & 15U;
}

// Between step t - 1 and step t.
struct Boundary {
  std::vector<DecisionIndex> live;      // decided before and used later, by digit of the key
  std::vector<std::uint32_t> written;   // steps
  std::vector<std::uint32_t> releases;  // RelaxedProgram::chunk_release() of chunks not used yet
  std::size_t width = 0;                // times of a label
};

// Decisions are made at the step that uses them first. Where a step reads a tensor that is fixed,
// those of weights are made that may be in the queue before it.
class ChainLayout {
 public:
  explicit ChainLayout(const RelaxedProgram& relaxed);

  const Boundary& boundary(std::size_t step) const { return boundaries_[step]; }
  std::span<const DecisionIndex> decided_at(std::size_t step) const { return decided_[step]; }
  // The steps, from this one on, of whose weights some are surely posted before a block of this
  // one.
  std::span<const std::uint32_t> posted_before(std::size_t step) const { return posted_[step]; }
  // Computing and dispatching from this step on.
  Time remaining(std::size_t step) const { return remaining_[step]; }

 private:
  void find_posted(const RelaxedProgram& relaxed);
  void find_decided(const RelaxedProgram& relaxed);
  void find_boundaries(const RelaxedProgram& relaxed);

  std::vector<Boundary> boundaries_;  // one more than steps
  std::vector<std::vector<DecisionIndex>> decided_;
  std::vector<std::vector<std::uint32_t>> posted_;
  std::vector<Time> remaining_;
  std::vector<std::size_t> decided_step_, last_use_;  // by decision
};

}  // namespace memplace::bound
