// SPDX-License-Identifier: Apache-2.0
// Deals intervals that overlap out over lanes on which none do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/units.h"

namespace memplace {

// A track of a trace viewer shows slices that follow each other or nest, none that overlap.
// Intervals come in order of their ends; each goes to the free lane that was used last, which needs
// as few lanes as any rule.
class Lanes {
 public:
  // The lane of the half-open interval [begin, end). One of no length counts as one picosecond, so
  // that a lane and a begin name one slice.
  std::size_t add(Picoseconds begin, Picoseconds end) {
    end = std::max(end, begin + Picoseconds(1));
    std::size_t best = ends_.size();
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      if (ends_[i] <= begin && (best == ends_.size() || ends_[i] > ends_[best])) {
        best = i;
      }
    }
    if (best == ends_.size()) {
      ends_.push_back(end);
    }
    ends_[best] = end;
    return best;
  }

  std::size_t size() const { return ends_.size(); }

 private:
  std::vector<Picoseconds> ends_;  // of each lane's last interval
};

}  // namespace memplace
