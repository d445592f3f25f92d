// SPDX-License-Identifier: Apache-2.0
// The one loop behind every search: it owns the budget, the history and the incumbent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/noise.h"
#include "optimizer/search/strategy.h"

namespace memplace {

// What the driver calls its own proposals in the history.
inline constexpr std::string_view kRemeasurePart = "remeasure";

// One line of the history. Evaluations are counted from 1.
struct HistoryEntry {
  std::uint64_t evaluation = 0;
  std::string part;              // of the strategy that proposed it, or kRemeasurePart
  std::uint64_t asked_hash = 0;  // mapping_hash of what was proposed, and of what was simulated
  std::uint64_t given_hash = 0;
  Bytes demoted;  // epsilon = demoted / asked_above; 0 where nothing was asked
  Bytes asked_above;
  Picoseconds latency;
  double cost = 0;        // as measured: noise included
  bool improved = false;  // a new incumbent
  // mapping_digits() of what was simulated, where SearchPlan::keep_mappings asks for it.
  std::string given = {};

  bool operator==(const HistoryEntry&) const = default;
};

enum class StopReason {
  kBudget,    // spent
  kDone,      // the strategy has nothing more to propose
  kTarget,    // reached
  kPatience,  // at its end
  kStopped,   // by SearchPlan::stop, or within a batch by a StopScope (base/stopping.h)
  kTime,      // over; search() calls it kStopped, optimizer/studies/run/run.h knows why
};
std::string_view name_of(StopReason reason);  // budget, done, target, patience, stopped, time

// From `evaluation` on the incumbent was one of that cost.
struct Improvement {
  std::uint64_t evaluation = 0;
  double cost = 0;

  bool operator==(const Improvement&) const = default;
};

// Wall time of a search's two halves. No result depends on it.
struct SearchTimes {
  std::chrono::nanoseconds strategy{0};     // asking and telling
  std::chrono::nanoseconds evaluations{0};  // rectifying and simulating
};

struct SearchResult {
  std::vector<HistoryEntry> history;
  std::vector<Improvement> improvements;  // one for each `improved` of the history
  // The first of the least cost; none if nothing was evaluated. Under noise its cost is the mean of
  // its re-measurements.
  std::optional<Evaluated> best;
  std::uint64_t best_evaluation = 0;
  StopReason stopped = StopReason::kBudget;
  SearchTimes times;
};

// Watches a search, on the driver's thread.
class SearchObserver {
 public:
  virtual ~SearchObserver() = default;
  // After each evaluation; its entry is the last of the history. `recalled`: it was recorded
  // before, by a run that this one continues.
  virtual void on_evaluation(const SearchResult& so_far, bool recalled) = 0;
  // Once, before the first on_evaluation(), for all that SearchPlan::restored holds.
  virtual void on_restored(const SearchResult& /*so_far*/) {}
};

// Puts aside what a search has become, on the driver's thread.
class SnapshotKeeper {
 public:
  virtual ~SnapshotKeeper() = default;
  // Asked between batches: whether it is time for keep().
  virtual bool wants_snapshot() = 0;
  // `state` is what restore_search() takes (optimizer/search/snapshot.h) with the history of
  // `so_far`. Also called without being wanted, when the search is stopped.
  virtual void keep(const SearchResult& so_far, const std::string& state) = 0;
};

class Judge;

struct SearchPlan {
  std::uint64_t budget = 0;  // evaluations, > 0; every simulation counts
  // Less than it, ascending: where the search was over before, so that no batch goes across.
  std::span<const std::uint64_t> earlier_budgets;
  // The search ends when the latency of what it would return is at most `target`: of what `judge`
  // says, which outlives it, and without one of the incumbent...
  std::optional<Picoseconds> target;
  Judge* judge = nullptr;
  // ...and after so many evaluations without a new incumbent; 0: never. Both are looked at when a
  // batch is complete.
  std::uint64_t patience = 0;
  // Asked before each batch that is not recorded, and where the record ends within a batch; empty:
  // never. A StopScope around the search (base/stopping.h) ends it within a batch: evaluations that
  // are complete by then are in the history, and the strategy is neither told of them nor saved.
  std::function<bool()> stop;

  // Under noise, whatever measures better than the incumbent is measured so many times more, and
  // becomes the incumbent where the mean of these is better: the measurement that selected it is
  // biased. The strategy is told that mean beside the first measurement. What the budget does not
  // allow to re-measure once does not become the incumbent. The very first evaluation does at once.
  Noise noise;
  std::uint64_t remeasurements = 3;

  bool keep_mappings = false;  // in the history

  // The history so far of a run to continue: what it holds is not simulated again.
  std::span<const HistoryEntry> recorded;
  // What restore_search() found of the first so many that are recorded: the strategy knows them
  // already, so that the search goes on behind them. Null: it begins with the first.
  const SearchResult* restored = nullptr;
  // Null: nobody wants snapshots. Strategies that do not save give none.
  SnapshotKeeper* keeper = nullptr;
  std::vector<SearchObserver*> observers;
};

// Asks and tells until the plan says stop, a batch at a time. Same strategy state, same history,
// for any number of threads.
class SearchSteps {
 public:
  // All outlive it.
  SearchSteps(Strategy& strategy, EvaluatorPool& evaluators, const SearchPlan& plan);
  SearchSteps(const SearchSteps&) = delete;
  SearchSteps& operator=(const SearchSteps&) = delete;
  ~SearchSteps();

  // Asks and tells once. False where the plan says stop, and then nothing is asked, and where a
  // StopScope does, and then the strategy may be asked and told nothing more. Throws Error where
  // the strategy does not ask what was recorded.
  bool step();

  const SearchResult& so_far() const;
  // Whether step() has returned false for StopReason::kStopped.
  bool stopped() const;

  // To be called once, when step() has returned false.
  SearchResult finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All steps at once.
SearchResult search(Strategy& strategy, EvaluatorPool& evaluators, const SearchPlan& plan);

// Of a history that is read and not made, with the costs that decided: under noise, means of
// re-measurements. `remeasurements` is the plan's.
std::vector<Improvement> improvements_of(std::span<const HistoryEntry> history,
                                         std::uint64_t remeasurements);

// What a search is compared with: every heuristic simulated once, outside the budget.
struct Reference {
  std::string name;
  Picoseconds latency;
  double cost = 0;
};
// In the order of the table of heuristics: each moved to where the rules allow it to be, and as it
// was simulated, without noise.
std::vector<Evaluated> evaluate_heuristics(EvaluatorPool& evaluators);
// What evaluate_heuristics() found.
std::vector<Reference> references_of(std::span<const Evaluated> heuristics);
std::vector<Reference> heuristic_references(EvaluatorPool& evaluators);

// The heuristic native, which is one of them.
const Reference& native_of(std::span<const Reference> references);

}  // namespace memplace
