// SPDX-License-Identifier: Apache-2.0
#include "optimizer/driver.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/mapping_hash.h"

namespace memplace {
namespace {

// Enters a result into the history and, where it is the best so far, keeps it.
const HistoryEntry& record(SearchResult& search, const Evaluated& evaluated) {
  HistoryEntry entry;
  entry.evaluation = search.history.size() + 1;
  entry.asked_hash = mapping_hash(evaluated.asked);
  entry.given_hash = mapping_hash(evaluated.given);
  entry.demoted = evaluated.epsilon.demoted_bytes;
  entry.asked_above = evaluated.epsilon.asked_bytes;
  entry.latency = evaluated.latency;
  entry.improved = !search.best.has_value() || evaluated.latency < search.best->latency;
  if (entry.improved) {
    search.best = evaluated;
    search.best_evaluation = entry.evaluation;
  }
  search.history.push_back(entry);
  return search.history.back();
}

}  // namespace

SearchResult search(Strategy& strategy, Evaluator& evaluator, std::uint64_t budget,
                    SearchObserver* observer) {
  const Program& program = evaluator.program();
  SearchResult result;
  std::vector<Evaluated> evaluated;
  while (result.history.size() < budget && !strategy.done()) {
    const auto room = static_cast<std::size_t>(budget - result.history.size());
    const std::vector<Mapping> candidates = strategy.ask(room);
    MEMPLACE_ASSERT(candidates.size() <= room,
                    fmt::format("{} asked, room for {}", candidates.size(), room));
    MEMPLACE_ASSERT(!candidates.empty() || strategy.done(), "nothing asked, but not done");
    evaluated.clear();
    for (const Mapping& candidate : candidates) {
      check_settled(*program.graph, program.chip, candidate);
      evaluated.push_back(evaluator.evaluate(candidate));
      const HistoryEntry& entry = record(result, evaluated.back());
      if (observer != nullptr) {
        observer->on_evaluation(entry, result.best->latency);
      }
    }
    if (!evaluated.empty()) {
      strategy.tell(evaluated);
    }
  }
  return result;
}

std::vector<Reference> heuristic_references(Evaluator& evaluator) {
  const Program& program = evaluator.program();
  std::vector<Reference> references;
  for (const HeuristicInfo& info : heuristics()) {
    const Mapping mapping = info.make(*program.graph, program.chip, program.mode);
    references.push_back({std::string(info.name), evaluator.evaluate(mapping).latency});
  }
  return references;
}

}  // namespace memplace
