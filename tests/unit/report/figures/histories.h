// SPDX-License-Identifier: Apache-2.0
// Histories by hand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "optimizer/search/driver.h"

namespace memplace::test {

struct Line {
  std::string part;
  std::uint64_t asked = 0;  // hash
  double cost = 0;
  bool improved = false;
  std::string given = {};
};

inline std::vector<HistoryEntry> history_of(const std::vector<Line>& lines) {
  std::vector<HistoryEntry> history;
  for (const Line& line : lines) {
    HistoryEntry entry;
    entry.evaluation = history.size() + 1;
    entry.part = line.part;
    entry.asked_hash = entry.given_hash = line.asked;
    entry.cost = line.cost;
    entry.improved = line.improved;
    entry.given = line.given;
    history.push_back(entry);
  }
  return history;
}

}  // namespace memplace::test
