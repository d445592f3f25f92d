// SPDX-License-Identifier: Apache-2.0
// Bytes that are live at each step of a schedule, and the most at any of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/units.h"

namespace memplace {

// Changes of a range of steps take time by its length and the logarithm of all steps, not by all
// steps: above the steps stand the maxima of blocks of them, then those of blocks of blocks, up to
// one.
//
//   steps     4 4 7 7 | 2 2 9 9 | 3
//   blocks          7         9   3      (here of four)
//   peak                          9
class LiveBytes {
 public:
  // Of no bytes at any of the steps, of which there is at least one.
  explicit LiveBytes(std::size_t steps);

  Bytes at(std::size_t step) const { return values_[step]; }
  Bytes peak() const { return values_.back(); }
  // The first step that has the peak.
  std::size_t peak_step() const;

  // Whether at each of the steps [begin, end) at most `bytes` are live.
  bool within(std::size_t begin, std::size_t end, Bytes bytes) const {
    return peak() <= bytes || std::all_of(&values_[begin], &values_[begin] + (end - begin),
                                          [&](Bytes live) { return live <= bytes; });
  }

  // Adds `bytes`, which are not negative, to the steps [begin, end), or takes them away.
  void add(std::size_t begin, std::size_t end, Bytes bytes);
  void remove(std::size_t begin, std::size_t end, Bytes bytes);

  // How many values changes have read or written so far, for tests of what they cost.
  std::size_t visits() const { return visits_; }

 private:
  static constexpr std::size_t kBlock = 16;

  std::size_t level_end(std::size_t level) const {
    return level + 1 < levels_.size() ? levels_[level + 1] : values_.size();
  }

  std::vector<Bytes> values_;        // level by level, the steps first
  std::vector<std::size_t> levels_;  // where each begins
  std::size_t visits_ = 0;
};

}  // namespace memplace
