// SPDX-License-Identifier: Apache-2.0
// What a sweep is made of, as its author writes it:
//
//   workloads: [resnet50, bert-base:seq=64]  # read_workloads() has more forms
//   chip: nnpi                       # or a file
//   parameters:                      # by the paths of --set; the last one changes fastest
//     memories.sram.capacity: [1 MiB, 2 MiB, 4 MiB]
//     memories.dram.read_bandwidth: &rates {from: 34 GB/s, to: 272 GB/s, factor: 2}
//     memories.dram.write_bandwidth: *rates
//   mappings:
//     - memory-space-assignment      # a heuristic, or a search:
//     - {strategy: annealing, budget: 2000, options: {start: best}, warm_start: true}
//   zip:                             # optional from here on
//     - [memories.dram.read_bandwidth, memories.dram.write_bandwidth]
//   dtype: int8
//   mode: {streams: 1}
//   objective: latency               # of searches
//   objectives: [latency, area]      # of Pareto fronts
//   best: [latency]                  # the least product of these is the best point
//   constraints: [area <= 60 mm2]
//   bound: false                     # prove how fast each point could be
//
// docs/guide/sweep.md explains each key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/studies/settings/field.h"
#include "optimizer/studies/settings/request.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "optimizer/studies/sweep/metric.h"
#include "optimizer/studies/sweep/parameter.h"
#include "sim/chip/chip_reader.h"
#include "workloads/graph/types.h"

namespace memplace {

struct SweepChip {
  std::string name;  // as it was given
  ChipText yaml;
};

// Parameters that change together: a zip, or one alone.
struct SweepAxis {
  std::vector<SweepParameter> parameters;  // as many values each

  std::size_t size() const { return parameters.front().values.size(); }
};

// Who maps. A heuristic, or a strategy with all that a search needs.
struct MappingSource {
  std::string label;
  std::string heuristic;  // empty: a strategy
  // All but its workload and chip; of a heuristic what it has in common with searches.
  SearchRequest search = {};
  bool warm_start = false;  // begins with what was found at the point before

  bool searches() const { return heuristic.empty(); }
};

struct SweepSpec {
  std::string version;                    // of memplace, in a file that it wrote; empty in others
  std::vector<WorkloadChoice> workloads;  // with graph_digest()
  SweepChip chip;
  std::vector<SweepAxis> axes;
  std::vector<MappingSource> mappings;
  SearchRequest common;  // what the file says of every mapping
  std::vector<Metric> objectives;
  std::vector<Metric> best;  // some of the objectives
  std::vector<MetricLimit> constraints;
  bool bound = false;  // whether points have PointResult::bound
};

inline constexpr std::size_t kMostSweepPoints = 100'000;

// Throws Error with a position for anything misspelt, missing, empty, given twice or out of range,
// for chips, parameters, heuristics and strategies that do not exist, and where there are more than
// kMostSweepPoints points. Networks are not looked up.
SweepSpec read_sweep(const YamlDocument& document);

// What the file may say of every mapping, and of a single search.
std::span<const RequestField<SearchRequest>> sweep_fields();
std::span<const RequestField<SearchRequest>> source_fields();

// YAML that reads back as the same sweep and needs no other file but those of networks.
std::string write_sweep(const SweepSpec& spec);

}  // namespace memplace
