// SPDX-License-Identifier: Apache-2.0
// How far a search is, on stderr.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/units.h"
#include "optimizer/driver.h"

namespace memplace {

// On a terminal one line drawn again and again: a bar, evaluations a second, the best speed-up and
// the time left. Elsewhere a line at each tenth of the budget.
class Progress : public SearchObserver {
 public:
  Progress(std::ostream& err, bool terminal, std::uint64_t budget, Picoseconds baseline);

  void on_evaluation(const HistoryEntry& entry, Picoseconds best) override;

  // Leaves a terminal's line empty. To be called before anything else is printed.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(std::uint64_t evaluation, double speedup, Clock::time_point now);

  std::ostream& err_;
  bool terminal_;
  std::uint64_t budget_;
  Picoseconds baseline_;
  Clock::time_point start_;
  Clock::time_point drawn_;
  std::uint64_t tenths_ = 0;  // printed so far
  std::size_t line_size_ = 0;
};

}  // namespace memplace
