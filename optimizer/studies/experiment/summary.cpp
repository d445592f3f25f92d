// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/summary.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

double speedup(const RunOutcome& outcome, double cost) {
  return cost == 0 ? 1.0 : outcome.native_cost / cost;
}

// Of the incumbent after `evaluation` evaluations, of which there is at least one.
double cost_at(const RunOutcome& outcome, std::uint64_t evaluation) {
  double cost = outcome.improvements.front().cost;
  for (const Improvement& step : outcome.improvements) {
    if (step.evaluation <= evaluation) {
      cost = step.cost;
    }
  }
  return cost;
}

std::vector<std::uint64_t> curve_places(std::uint64_t budget) {
  std::vector<std::uint64_t> places;
  for (std::uint64_t decade = 1; decade < budget; decade *= 10) {
    for (const std::uint64_t factor : {1U, 2U, 5U}) {
      if (decade * factor < budget) {
        places.push_back(decade * factor);
      }
    }
  }
  places.push_back(budget);
  return places;
}

}  // namespace

Moments moments(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  Moments result;
  for (const double value : values) {
    result.mean += value / count;
  }
  if (values.size() < 2) {
    return result;
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - result.mean) * (value - result.mean);
  }
  result.standard_error = std::sqrt(squares / (count - 1) / count);
  return result;
}

RunOutcome outcome_of(std::uint64_t seed, const RunResult& run) {
  MEMPLACE_ASSERT(run.search.best.has_value(), "a search without evaluations");
  RunOutcome outcome;
  outcome.seed = seed;
  outcome.evaluations = run.search.history.size();
  outcome.native_cost = native_of(run.references).cost;
  outcome.best_latency = run.verdict.best.measures.latency;
  outcome.best_cost = run.verdict.best.cost;
  outcome.improvements = run.search.improvements;
  outcome.own_cost = run.verdict.own_cost;
  const SearchTimes& times = run.search.times;
  const std::chrono::duration<double> seconds = times.strategy + times.evaluations;
  if (seconds.count() > 0) {
    outcome.seconds = seconds.count();
  }
  return outcome;
}

CellSummary summarize(std::string workload, std::string chip, std::string strategy,
                      std::span<const RunOutcome> outcomes) {
  MEMPLACE_ASSERT(!outcomes.empty(), strategy);
  CellSummary cell;
  cell.workload = std::move(workload);
  cell.chip = std::move(chip);
  cell.strategy = std::move(strategy);
  cell.seeds = outcomes.size();
  std::vector<double> speedups;
  std::vector<double> own;
  std::vector<double> seconds;
  const RunOutcome* best = &outcomes.front();
  for (const RunOutcome& outcome : outcomes) {
    speedups.push_back(speedup(outcome, outcome.best_cost));
    own.push_back(speedup(outcome, outcome.own_cost));
    if (outcome.seconds.has_value()) {
      seconds.push_back(*outcome.seconds);
    }
    cell.evaluations = std::max(cell.evaluations, outcome.evaluations);
    best = outcome.best_cost < best->best_cost ? &outcome : best;
  }
  const Moments of_speedup = moments(speedups);
  cell.mean_speedup = of_speedup.mean;
  cell.stderr_speedup = of_speedup.standard_error;
  const Moments of_own = moments(own);
  cell.own_speedup = of_own.mean;
  cell.own_stderr = of_own.standard_error;
  if (!seconds.empty()) {
    cell.seconds = moments(seconds).mean;
  }
  cell.best_speedup = speedup(*best, best->best_cost);
  cell.best_latency = best->best_latency;
  cell.best_cost = best->best_cost;
  return cell;
}

std::vector<CurvePoint> learning_curve(std::span<const RunOutcome> outcomes, std::uint64_t budget) {
  std::vector<CurvePoint> curve;
  for (const std::uint64_t place : curve_places(budget)) {
    std::vector<double> speedups;
    speedups.reserve(outcomes.size());
    for (const RunOutcome& outcome : outcomes) {
      speedups.push_back(speedup(outcome, cost_at(outcome, place)));
    }
    const Moments point = moments(speedups);
    curve.push_back({place, point.mean, point.standard_error});
  }
  return curve;
}

}  // namespace memplace
