// SPDX-License-Identifier: Apache-2.0
// What a search returns: the best of all that was simulated, whoever thought of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "optimizer/search/driver.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/noise.h"
#include "optimizer/search/strategy.h"

namespace memplace {

struct Verdict {
  Evaluated best;         // its costs are without noise
  std::string heuristic;  // that made it; empty: it is the search's own
  double own_cost = 0;    // of the search's own best, without noise; 0 where it has none

  bool own() const { return heuristic.empty(); }
};

// "heuristic:NAME", or "search".
std::string source_of(const Verdict& verdict);

// Judges a search beside the heuristics, which are simulated and not measured: by costs without
// noise, which no strategy ever hears. Of equals the search's own is the best.
class Judge {
 public:
  // `heuristics` are those of evaluate_heuristics(), which `evaluators` made; both outlive it.
  Judge(EvaluatorPool& evaluators, std::span<const Evaluated> heuristics, const Noise& noise);

  // Valid until the next call. Simulates where there is noise and a new incumbent.
  const Verdict& of(const SearchResult& so_far);

  // The best heuristic as a strategy may hear of it: under noise by the means of so many
  // measurements of each.
  Evaluated measured_heuristic(std::uint64_t measurements) const;

 private:
  EvaluatorPool& evaluators_;
  std::span<const Evaluated> heuristics_;
  Noise noise_;
  std::optional<std::uint64_t> judged_;  // the incumbent's evaluation; 0: there was none
  Verdict verdict_;
};

}  // namespace memplace
