// SPDX-License-Identifier: Apache-2.0
// Everything `memplace experiment` says. docs/guide/experiments.md explains each number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "optimizer/search/objective.h"
#include "optimizer/studies/experiment/experiment.h"
#include "report/run_header.h"

namespace memplace {

struct ExperimentReport {
  RunHeader header;
  std::vector<ExperimentGroup> groups;
  Objective objective = Objective::kLatency;
};

Json to_json(const ExperimentReport& report);

// A table for each workload and chip, the best strategy first.
std::string to_text(const ExperimentReport& report, std::optional<std::size_t> width);

// How long a strategy's runs took: beside the report and not in it, since no two experiments take
// the same. Empty where all were only read.
std::string seconds_text(const ExperimentReport& report, std::optional<std::size_t> width);

// `workload,chip,strategy,seeds,mean_speedup,stderr_speedup,best_latency_ps,evaluations,
// own_speedup,own_stderr`, a row a cell; before the evaluations `best_throughput_per_s` or
// `best_cost` of another objective than latency, and last `bound_ps,gap` where there are bounds:
// summary.csv too.
std::string to_csv(const ExperimentReport& report);

// `workload,chip,strategy,evaluation,mean_speedup,stderr_speedup`: curves.csv.
std::string curves_csv(const ExperimentReport& report);

}  // namespace memplace
