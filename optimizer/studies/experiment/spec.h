// SPDX-License-Identifier: Apache-2.0
// What an experiment compares, as its author writes it:
//
//   workloads: [resnet50, bert-base:seq=64]  # read_workloads() has more forms
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
//
// Whatever else a search may be asked for can be said of all of them (docs/guide/experiments.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/studies/settings/field.h"
#include "optimizer/studies/settings/request.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "workloads/graph/types.h"

namespace memplace {

// One rival.
struct ExperimentStrategy {
  std::string label;     // unique; where none is given the strategy's name, or STRATEGY-PRESET
  SearchRequest search;  // all but its workload, chip and seed
};

struct ExperimentSpec {
  std::vector<WorkloadChoice> workloads;
  std::vector<std::string> chips;
  std::vector<ExperimentStrategy> strategies;
  std::vector<std::uint64_t> seeds;
  SearchRequest common;  // what the file says of every search
};

// What a file may say of all its searches, which are compared.
std::span<const RequestField<SearchRequest>> experiment_fields();

inline constexpr std::size_t kMostExperimentRuns = 100'000;

// Throws Error with a position for anything misspelt, missing, empty, given twice or out of range,
// for unknown strategies and options, and where there are more than kMostExperimentRuns runs.
// Workloads and chips are not looked up.
ExperimentSpec read_experiment(const YamlDocument& document);

// YAML that reads back as the same experiment.
std::string write_experiment(const ExperimentSpec& spec);

}  // namespace memplace
