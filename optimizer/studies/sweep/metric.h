// SPDX-License-Identifier: Apache-2.0
// What points of a sweep are compared by, and the limits that may be set to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/studies/sweep/point.h"

namespace memplace {

enum class Metric { kLatency, kThroughput, kEnergy, kArea };

std::string_view name_of(Metric metric);  // latency, throughput, energy, area
std::string_view key_of(Metric metric);   // in results: latency_ps, throughput_per_s, ...
const std::vector<Metric>& all_metrics();

// As results show it: in the unit of its key. None where the point has none.
std::optional<double> value_of(Metric metric, const PointResult& result);

// The same so that less is better and products make sense: the time of an inference instead of
// throughput.
double cost_of(Metric metric, double value);

// "area <= 60 mm2", "throughput >= 1000/s".
struct MetricLimit {
  Metric metric = Metric::kLatency;
  bool at_most = true;
  double limit = 0;  // in the unit of the metric's key
  std::string text;  // as it was given, blanks made even

  bool holds(double value) const { return at_most ? value <= limit : value >= limit; }
};
MetricLimit read_limit(const YamlValue& at);

}  // namespace memplace
