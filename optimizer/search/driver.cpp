// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/driver.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/judge.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/search/mapping_hash.h"
#include "optimizer/search/snapshot.h"

namespace memplace {
namespace {

Evaluated recall(Evaluator& evaluator, const Proposal& proposal, const HistoryEntry& entry) {
  std::optional<Evaluated> found;
  if (entry.part == proposal.part && entry.asked_hash == mapping_hash(proposal.mapping)) {
    found = evaluator.recall(proposal.mapping, {entry.given_hash, entry.latency, entry.cost});
  }
  if (!found.has_value()) {
    throw Error(fmt::format(
        "evaluation {} of the recorded history is not what the strategy asks for now; "
        "another version of memplace or, where it learns, another kind of processor made "
        "it, or it was changed",
        entry.evaluation));
  }
  return *std::move(found);
}

class Loop {
  using Clock = std::chrono::steady_clock;

 public:
  Loop(EvaluatorPool& evaluators, const SearchPlan& plan)
      : evaluators_(evaluators), plan_(plan), keeper_(plan.keeper) {
    MEMPLACE_ASSERT(plan.budget > 0 && plan.remeasurements > 0, "nothing to spend");
    if (plan.restored != nullptr) {
      MEMPLACE_ASSERT(plan.restored->history.size() <= plan.recorded.size() &&
                          plan.restored->history.size() <= plan.budget,
                      "restored what is not recorded");
      result_ = *plan.restored;
      last_improvement_ = result_.best_evaluation;
      for (SearchObserver* const observer : plan.observers) {
        observer->on_restored(result_);
      }
    }
  }

  // Why the search is at its end, if it is.
  std::optional<StopReason> over(const Strategy& strategy) const {
    if (room() == 0) {
      return StopReason::kBudget;
    }
    if (strategy.done()) {
      return StopReason::kDone;
    }
    if (plan_.target && result_.best && latency() <= *plan_.target) {
      return StopReason::kTarget;
    }
    const std::uint64_t idle = result_.history.size() - last_improvement_;
    if (plan_.patience > 0 && idle >= plan_.patience) {
      return StopReason::kPatience;
    }
    if (result_.history.size() >= plan_.recorded.size() && plan_.stop && plan_.stop()) {
      return StopReason::kStopped;
    }
    return std::nullopt;
  }

  void step(Strategy& strategy) {
    const Clock::time_point begin = Clock::now();
    batch_begin_ = result_.history.size();
    const std::vector<Proposal> proposals = strategy.ask(room());
    const Clock::time_point asked = Clock::now();
    MEMPLACE_ASSERT(proposals.size() <= room(),
                    fmt::format("{} asked, room for {}", proposals.size(), room()));
    MEMPLACE_ASSERT(!proposals.empty() || strategy.done(), "nothing asked, but not done");
    for (const Proposal& proposal : proposals) {
      check_settled(evaluators_.program().problem, proposal.mapping);
    }
    std::vector<Evaluated> results = measure(proposals);
    if (!plan_.noise.none()) {
      for (Evaluated& result : results) {
        remeasure(result);
      }
    }
    const Clock::time_point measured = Clock::now();
    if (!results.empty()) {
      strategy.tell(results);
    }
    result_.times.strategy += (asked - begin) + (Clock::now() - measured);
    result_.times.evaluations += measured - asked;
  }

  const SearchResult& so_far() const { return result_; }

  // To be called between batches. `stopped`: the search ends here and may be continued.
  void keep_snapshot(const Strategy& strategy, bool stopped) {
    if (keeper_ == nullptr || result_.history.empty() || !(stopped || keeper_->wants_snapshot())) {
      return;
    }
    if (const auto state = search_state(result_, evaluators_.program().problem, strategy)) {
      keeper_->keep(result_, *state);
    } else {
      keeper_ = nullptr;
    }
  }

  SearchResult finish(StopReason reason) {
    result_.stopped = reason;
    return std::move(result_);
  }

 private:
  std::size_t room() const {
    const auto earlier = std::upper_bound(plan_.earlier_budgets.begin(),
                                          plan_.earlier_budgets.end(), result_.history.size());
    const std::uint64_t end = earlier == plan_.earlier_budgets.end() ? plan_.budget : *earlier;
    return static_cast<std::size_t>(end - result_.history.size());
  }

  // Of what would be returned now.
  Picoseconds latency() const {
    return plan_.judge != nullptr ? plan_.judge->of(result_).best.measures.latency
                                  : result_.best->measures.latency;
  }

  // Evaluates and records. Throws Stopped where something is left, once what was evaluated is
  // recorded.
  std::vector<Evaluated> measure(std::span<const Proposal> proposals) {
    const std::size_t before = result_.history.size();
    const std::size_t known = plan_.recorded.size() - std::min(before, plan_.recorded.size());
    const std::size_t recalled = std::min(proposals.size(), known);
    std::vector<Evaluated> results;
    results.reserve(proposals.size());
    for (std::size_t i = 0; i < recalled; ++i) {
      results.push_back(recall(evaluators_.first(), proposals[i], plan_.recorded[before + i]));
    }
    if (recalled == proposals.size() || !ends_in_this_batch(before + recalled)) {
      for (Evaluated& result : evaluators_.evaluate(proposals.subspan(recalled))) {
        result.cost = plan_.noise.measure(result.cost, before + results.size() + 1);
        result.first_cost = result.cost;
        results.push_back(std::move(result));
      }
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      record(proposals[i].part, results[i], i < recalled);
    }
    if (results.size() < proposals.size()) {
      throw Stopped();
    }
    return results;
  }

  // Whether the history ends after `evaluations`, within a batch that it has begun: what is
  // recorded may be of a search that was stopped there for good.
  bool ends_in_this_batch(std::size_t evaluations) const {
    return batch_begin_ < plan_.recorded.size() && evaluations == plan_.recorded.size() &&
           plan_.stop && plan_.stop();
  }

  void record(const std::string& part, const Evaluated& evaluated, bool recalled) {
    HistoryEntry entry;
    entry.evaluation = result_.history.size() + 1;
    entry.part = part;
    entry.asked_hash = mapping_hash(evaluated.asked);
    entry.given_hash = mapping_hash(evaluated.given);
    entry.demoted = evaluated.epsilon.demoted_bytes;
    entry.asked_above = evaluated.epsilon.asked_bytes;
    entry.latency = evaluated.measures.latency;
    entry.cost = evaluated.cost;
    if (plan_.keep_mappings) {
      entry.given = mapping_digits(evaluators_.program().problem, evaluated.given);
    }
    if (part == kRemeasurePart) {
      challenge_sum_ += evaluated.cost;
      ++challenge_count_;
      entry.improved = challenge_count_ == challenge_planned_ && beats_incumbent(challenge_mean());
    } else {
      // The very first was not selected by its measurement, so that it needs no other.
      entry.improved =
          !result_.best.has_value() || (plan_.noise.none() && beats_incumbent(evaluated.cost));
    }
    if (entry.improved) {
      result_.best = evaluated;
      result_.best_evaluation = entry.evaluation;
      last_improvement_ = entry.evaluation;
      if (part == kRemeasurePart) {
        result_.best->cost = challenge_mean();
        result_.best->first_cost = challenge_first_;
      }
      result_.improvements.push_back({entry.evaluation, result_.best->cost});
    }
    result_.history.push_back(std::move(entry));
    for (SearchObserver* const observer : plan_.observers) {
      observer->on_evaluation(result_, recalled);
    }
  }

  bool beats_incumbent(double cost) const { return cost < result_.best->cost; }

  double challenge_mean() const { return challenge_sum_ / static_cast<double>(challenge_count_); }

  // Measures a challenger again, where it looks better than the incumbent; what it costs is the
  // mean of that from then on.
  void remeasure(Evaluated& challenger) {
    const std::size_t times = std::min<std::size_t>(room(), plan_.remeasurements);
    if (!beats_incumbent(challenger.cost) || times == 0) {
      return;
    }
    challenge_sum_ = 0;
    challenge_count_ = 0;
    challenge_planned_ = times;
    challenge_first_ = challenger.cost;
    const Proposal again{challenger.asked, std::string(kRemeasurePart)};
    measure(std::vector<Proposal>(times, again));
    challenger.cost = challenge_mean();
  }

  EvaluatorPool& evaluators_;
  const SearchPlan& plan_;
  SnapshotKeeper* keeper_;  // null also where the strategy does not save
  SearchResult result_;
  std::uint64_t last_improvement_ = 0;
  std::size_t batch_begin_ = 0;  // evaluations before the batch at hand
  double challenge_sum_ = 0;
  std::size_t challenge_count_ = 0;
  std::size_t challenge_planned_ = 0;
  double challenge_first_ = 0;  // the measurement that was the reason
};

}  // namespace

std::string_view name_of(StopReason reason) {
  switch (reason) {
    case StopReason::kBudget:
      return "budget";
    case StopReason::kDone:
      return "done";
    case StopReason::kTarget:
      return "target";
    case StopReason::kPatience:
      return "patience";
    case StopReason::kStopped:
      return "stopped";
    case StopReason::kTime:
      return "time";
  }
  throw InternalError("no such reason to stop");
}

struct SearchSteps::Impl {
  Strategy& strategy;
  Loop loop;
  std::optional<StopReason> over = std::nullopt;
};

SearchSteps::SearchSteps(Strategy& strategy, EvaluatorPool& evaluators, const SearchPlan& plan)
    : impl_(new Impl{strategy, Loop(evaluators, plan)}) {}

SearchSteps::~SearchSteps() = default;

bool SearchSteps::step() {
  Loop& loop = impl_->loop;
  const Strategy& strategy = impl_->strategy;
  impl_->over = loop.over(strategy);
  const bool stopped = impl_->over == StopReason::kStopped;
  if (!impl_->over.has_value() || stopped) {
    loop.keep_snapshot(strategy, stopped);
  }
  if (impl_->over.has_value()) {
    return false;
  }
  try {
    loop.step(impl_->strategy);
  } catch (const Stopped&) {
    impl_->over = StopReason::kStopped;
    return false;
  }
  return true;
}

const SearchResult& SearchSteps::so_far() const { return impl_->loop.so_far(); }

bool SearchSteps::stopped() const { return impl_->over == StopReason::kStopped; }

SearchResult SearchSteps::finish() {
  MEMPLACE_ASSERT(impl_->over.has_value(), "the search goes on");
  return impl_->loop.finish(*impl_->over);
}

SearchResult search(Strategy& strategy, EvaluatorPool& evaluators, const SearchPlan& plan) {
  SearchSteps steps(strategy, evaluators, plan);
  while (steps.step()) {
  }
  return steps.finish();
}

std::vector<Improvement> improvements_of(std::span<const HistoryEntry> history,
                                         std::uint64_t remeasurements) {
  std::vector<Improvement> improvements;
  double sum = 0;  // of the challenger that is being measured again
  std::uint64_t count = 0;
  for (const HistoryEntry& entry : history) {
    double cost = entry.cost;
    if (entry.part == kRemeasurePart) {
      sum += entry.cost;
      ++count;
      cost = sum / static_cast<double>(count);
    }
    if (entry.improved) {
      improvements.push_back({entry.evaluation, cost});
    }
    if (entry.part != kRemeasurePart || count == remeasurements) {
      sum = 0;
      count = 0;
    }
  }
  return improvements;
}

std::vector<Evaluated> evaluate_heuristics(EvaluatorPool& evaluators) {
  const Problem& problem = evaluators.program().problem;
  std::vector<Evaluated> found;
  for (const HeuristicInfo& info : heuristics()) {
    found.push_back(evaluators.evaluate(allowed(problem, info.make(problem))));
  }
  return found;
}

std::vector<Reference> references_of(std::span<const Evaluated> heuristics) {
  std::vector<Reference> references;
  for (const HeuristicInfo& info : memplace::heuristics()) {
    const Evaluated& found = heuristics[references.size()];
    references.push_back({std::string(info.name), found.measures.latency, found.cost});
  }
  return references;
}

std::vector<Reference> heuristic_references(EvaluatorPool& evaluators) {
  return references_of(evaluate_heuristics(evaluators));
}

const Reference& native_of(std::span<const Reference> references) {
  const auto found = std::find_if(references.begin(), references.end(),
                                  [](const Reference& row) { return row.name == "native"; });
  MEMPLACE_ASSERT(found != references.end(), "no heuristic named native");
  return *found;
}

}  // namespace memplace
