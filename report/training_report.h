// SPDX-License-Identifier: Apache-2.0
// Everything `memplace train` says. docs/guide/transfer.md explains each number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "optimizer/studies/training/training.h"
#include "report/run_header.h"

namespace memplace {

struct TrainingRow {
  std::string workload;  // as the user named it
  std::uint64_t seed = 0;
  std::uint64_t evaluations = 0;
  Reference native;
  Reference best_heuristic;
  Picoseconds best_latency;  // that the search found
  std::uint64_t best_evaluation = 0;
  Picoseconds zero_shot_latency;
  double zero_shot_epsilon = 0;  // 0 where the policy's mapping fits as it is
};

struct TrainingReport {
  RunHeader header;
  std::string policy_file;
  std::size_t parameters = 0;
  std::vector<TrainingRow> rows;
};

// `workloads` are by row of the result.
TrainingReport make_training_report(RunHeader header, std::string policy_file, std::uint64_t seed,
                                    std::span<const std::string> workloads,
                                    const TrainingResult& result);

Json to_json(const TrainingReport& report);
std::string to_text(const TrainingReport& report, std::optional<std::size_t> width);
// A row a workload.
std::string to_csv(const TrainingReport& report);

}  // namespace memplace
