// SPDX-License-Identifier: Apache-2.0
// The one loop behind every search: it owns the budget, the history and the incumbent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "optimizer/evaluator.h"
#include "optimizer/strategy.h"

namespace memplace {

// One line of the history. Evaluations are counted from 1.
struct HistoryEntry {
  std::uint64_t evaluation = 0;
  std::uint64_t asked_hash = 0;  // mapping_hash of what was proposed, and of what was simulated
  std::uint64_t given_hash = 0;
  Bytes demoted;  // epsilon = demoted / asked_above; 0 where nothing was asked
  Bytes asked_above;
  Picoseconds latency;
  bool improved = false;  // a new incumbent

  bool operator==(const HistoryEntry&) const = default;
};

struct SearchResult {
  std::vector<HistoryEntry> history;
  std::optional<Evaluated> best;  // the first of the least latency; none if nothing was evaluated
  std::uint64_t best_evaluation = 0;
};

// Watches a search; called after each evaluation, on the driver's thread.
class SearchObserver {
 public:
  virtual ~SearchObserver() = default;
  virtual void on_evaluation(const HistoryEntry& entry, Picoseconds best) = 0;
};

// Asks and tells until `budget` evaluations (> 0) are spent or the strategy is done. Every
// simulation counts. Same strategy state, same history.
SearchResult search(Strategy& strategy, Evaluator& evaluator, std::uint64_t budget,
                    SearchObserver* observer = nullptr);

// What a search is compared with: every heuristic simulated once, outside the budget.
struct Reference {
  std::string name;
  Picoseconds latency;
};
// In the order of the table of heuristics.
std::vector<Reference> heuristic_references(Evaluator& evaluator);

}  // namespace memplace
