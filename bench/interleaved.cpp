// SPDX-License-Identifier: Apache-2.0
#include "bench/interleaved.h"

#include <algorithm>
#include <cstddef>

#include <benchmark/benchmark.h>

#include "base/error.h"

namespace memplace::bench {
namespace {

struct Measurement {
  std::int64_t count = 0;
  double seconds = 0;
};

class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      measurements.push_back({run.iterations, run.real_accumulated_time});
    }
  }

  std::vector<Measurement> measurements;
};

// One round, in the order of `order`. Where `counts` has no count, one that takes `min_time` is
// found, and entered.
std::vector<double> run_round(std::span<const Subject> subjects,
                              const std::vector<std::size_t>& order, double min_time,
                              std::vector<std::int64_t>& counts) {
  benchmark::ClearRegisteredBenchmarks();
  for (const std::size_t i : order) {
    const auto& work = subjects[i].work;
    auto* const registered =
        benchmark::RegisterBenchmark(subjects[i].name.c_str(), [&work](benchmark::State& state) {
          while (state.KeepRunningBatch(state.max_iterations)) {
            work(state.max_iterations);
          }
        });
    registered->UseRealTime();
    if (counts[i] > 0) {
      registered->Iterations(counts[i]);
    } else {
      registered->MinTime(min_time);
    }
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, "all");
  benchmark::ClearRegisteredBenchmarks();
  MEMPLACE_ASSERT(collector.measurements.size() == order.size(), subjects.front().name);
  std::vector<double> rates(subjects.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Measurement& measurement = collector.measurements[place];
    counts[order[place]] = measurement.count;
    rates[order[place]] = static_cast<double>(measurement.count) / measurement.seconds;
  }
  return rates;
}

}  // namespace

std::vector<std::vector<double>> measure_interleaved(std::span<const Subject> subjects,
                                                     const Effort& effort) {
  std::vector<std::vector<double>> rates(subjects.size());
  if (subjects.empty()) {
    return rates;
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    order.push_back(i);
  }
  std::vector<std::int64_t> counts(subjects.size(), 0);
  run_round(subjects, order, effort.min_time, counts);  // finds the counts, and warms up
  for (int round = 0; round < effort.rounds; ++round) {
    const std::vector<double> of_round = run_round(subjects, order, effort.min_time, counts);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      rates[i].push_back(of_round[i]);
    }
    // There and back, so that nobody always comes after the same other.
    std::reverse(order.begin(), order.end());
  }
  return rates;
}

double median(std::vector<double> values) {
  MEMPLACE_ASSERT(!values.empty(), "a median of nothing");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace memplace::bench
