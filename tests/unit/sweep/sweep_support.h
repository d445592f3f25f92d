// SPDX-License-Identifier: Apache-2.0
// Sweeps for tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/studies/sweep/sweep.h"
#include "sim/event/event_simulator.h"
#include "workloads/io/graph_text.h"

namespace memplace {

inline SweepSpec spec_of(const std::string& text) {
  return read_sweep(YamlDocument::from_text(text, "spec.yaml"));
}

// Two ops of 8 B of weights each on the chip toy, whose scratchpad has 32 B and whose cache 64 B.
inline Graph small_graph(const std::string& name = "small") {
  return parse_graph_text("graph " + name + R"(
input x 4
a: grid(out=2,in=4) w=8 in=x out=4
b: grid(out=2,in=4) w=8 in=a out=4
)");
}

// The networks are all small_graph().
inline std::unique_ptr<const Sweep> sweep_of(const std::string& text) {
  SweepSpec spec = spec_of(text);
  std::vector<Graph> graphs;
  for (const WorkloadChoice& workload : spec.workloads) {
    graphs.push_back(small_graph(workload.name));
  }
  return std::make_unique<const Sweep>(
      std::move(spec), std::move(graphs), "1.0",
      [](const std::string&) { return std::make_unique<EventSimulator>(); });
}

// Hears of points, and does nothing with them.
class Silent : public SweepObserver {
 public:
  void on_points(const std::vector<SweepPoint>& /*points*/,
                 const std::vector<std::string>& /*lines*/) override {}
};

inline SweepPoints run_all(const Sweep& sweep, std::size_t threads = 1) {
  ThreadCrew crew(threads);
  Silent silent;
  SweepPoints points(sweep.grid().points());
  run_sweep(sweep, crew, points, silent, nullptr);
  return points;
}

}  // namespace memplace
