// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/progress_of_runs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "optimizer/search/history.h"
#include "optimizer/studies/experiment/summary.h"
#include "report/search_report.h"

namespace memplace {

std::vector<std::uint64_t> curve_grid(std::uint64_t budget, std::size_t points) {
  std::vector<std::uint64_t> grid;
  grid.reserve(points);
  const double last = std::log(static_cast<double>(budget));
  for (std::size_t i = 0; i + 1 < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    const auto place = static_cast<std::uint64_t>(std::llround(std::exp(share * last)));
    if (place < budget && (grid.empty() || place > grid.back())) {
      grid.push_back(place);
    }
  }
  grid.push_back(budget);
  return grid;
}

std::vector<SpreadPoint> spread_curve(std::span<const RunProgress> runs, double native_cost,
                                      std::span<const std::uint64_t> grid) {
  std::vector<SpreadPoint> curve;
  std::vector<std::size_t> next(runs.size(), 0);  // improvement not reached yet
  for (const std::uint64_t place : grid) {
    std::vector<double> speedups;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const RunProgress& run = runs[i];
      while (next[i] < run.improvements.size() && run.improvements[next[i]].evaluation <= place) {
        ++next[i];
      }
      if (next[i] > 0 && (run.over || place <= run.history.size())) {
        speedups.push_back(speedup_of(run.improvements[next[i] - 1].cost, native_cost));
      }
    }
    if (!speedups.empty()) {
      const auto [least, greatest] = std::minmax_element(speedups.begin(), speedups.end());
      const Moments of_all = moments(speedups);
      curve.push_back(
          {place, speedups.size(), of_all.mean, of_all.standard_error, *least, *greatest});
    }
  }
  return curve;
}

std::vector<PartShare> part_shares(std::span<const RunProgress> runs, double native_cost) {
  std::vector<PartShare> shares;
  const auto share_of = [&](const std::string& part) -> PartShare& {
    const auto found = std::find_if(shares.begin(), shares.end(),
                                    [&](const PartShare& share) { return share.part == part; });
    if (found != shares.end()) {
      return *found;
    }
    return shares.emplace_back(PartShare{part, 0, 0, 0});
  };
  const double weight = 1 / static_cast<double>(runs.size());
  for (const RunProgress& run : runs) {
    for (const HistoryEntry& entry : run.history) {
      share_of(entry.part).evaluations += weight;
    }
    double before = 1;
    for (const Improvement& step : run.improvements) {
      const std::size_t index = static_cast<std::size_t>(step.evaluation) - 1;
      PartShare& share = share_of(run.history[proposal_of(run.history, index)].part);
      const double speedup = speedup_of(step.cost, native_cost);
      share.improvements += weight;
      share.speedup_gain += weight * (speedup - before);
      before = speedup;
    }
  }
  return shares;
}

std::size_t median_run(std::span<const RunProgress> runs) {
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return runs[a].improvements.back().cost < runs[b].improvements.back().cost;
  });
  return order[(order.size() - 1) / 2];
}

}  // namespace memplace
