// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/affordable_horizon.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/stopping.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/settings/codec.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

}  // namespace

std::int64_t affordable_horizon(RunConfig config, const Program& program, Simulator& simulator,
                                std::size_t threads, std::chrono::steady_clock::time_point began) {
  constexpr Seconds kLeast(0.05);
  constexpr Seconds kMost(1);
  constexpr double kUsed = 0.9;
  constexpr double kMostOfAll = 0.25;
  const Seconds limit = *wall_time(config);
  const Seconds trial = std::clamp(limit / 20, kLeast, kMost);
  config.time_limit = std::nullopt;
  config.target_latency = std::nullopt;
  config.patience = 0;
  config.seed_from.clear();  // it takes the same time whatever the budget
  const Clock::time_point setting_out = Clock::now();
  Clock::time_point begin = setting_out;
  RunSurroundings surroundings;
  surroundings.threads = threads;
  surroundings.on_begin = [&](std::span<const Reference>, std::chrono::milliseconds) {
    begin = Clock::now();
  };
  surroundings.stop = [&] { return Clock::now() - begin >= trial; };
  // On a large network one batch may take longer than that.
  const StopScope scope([&] { return Clock::now() - setting_out >= limit * kMostOfAll; });
  const RunResult run = execute_run(config, program, simulator, surroundings);
  const Clock::time_point end = Clock::now();
  const double rate =
      static_cast<double>(run.search.history.size()) / std::max(Seconds(end - begin).count(), 1e-9);
  // What comes before the search takes its time once more.
  const Seconds left = limit - (end - began) - (begin - setting_out);
  const double evaluations = rate * left.count() * kUsed;
  return static_cast<std::int64_t>(std::clamp(evaluations, 1.0, static_cast<double>(kMostBudget)));
}

}  // namespace memplace
