// SPDX-License-Identifier: Apache-2.0
// What an experiment compares, as its author writes it:
//
//   workloads: [resnet50, bert-base:seq=64]
//   chips: [nnpi, my-chip.yaml]
//   strategies:
//     - annealing
//     - {strategy: annealing, label: annealing-best, options: {start: best}}
//     - {strategy: egrl, preset: paper, policy: resnet50.policy}
//   seeds: [1, 2, 3, 4, 5]
//   budget: 4000
//   dtype: int8                    # optional from here on, with these defaults
//   mode: {streams: 1}             # also engines_per_stream, inferences
//   objective: latency
//   noise: 0
//   keep_mappings: false           # in the histories
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/experiment/spec_parts.h"
#include "optimizer/objective.h"
#include "workloads/graph/types.h"

namespace memplace {

// One rival: a strategy with its options.
struct ExperimentStrategy {
  std::string label;  // unique; where none is given the strategy's name, or STRATEGY-PRESET
  std::string strategy;
  std::vector<std::string> options;  // NAME=VALUE: as given, with those of the preset
  std::string policy = {};           // file of the one to begin with; empty: none
  std::string seed_from = {};        // RunConfig::seed_from
};

struct ExperimentSpec {
  std::vector<std::string> workloads;  // as a user names them
  std::vector<std::string> chips;
  std::vector<ExperimentStrategy> strategies;
  std::vector<std::uint64_t> seeds;
  std::uint64_t budget = 0;
  DType dtype = DType::kInt8;
  ModeChoice mode;
  Objective objective = Objective::kLatency;
  double noise = 0;
  bool keep_mappings = false;
};

inline constexpr std::int64_t kMostExperimentBudget = 1'000'000'000;
inline constexpr std::size_t kMostExperimentRuns = 100'000;

// Throws Error with a position for anything misspelt, missing, empty, given twice or out of range,
// for unknown strategies and options, and where there are more than kMostExperimentRuns runs.
// Workloads and chips are not looked up.
ExperimentSpec read_experiment(const YamlDocument& document);

// YAML that reads back as the same experiment.
std::string write_experiment(const ExperimentSpec& spec);

}  // namespace memplace
