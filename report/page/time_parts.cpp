// SPDX-License-Identifier: Apache-2.0
#include "report/page/time_parts.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace memplace {

Dataset time_parts() {
  return Dataset(std::vector<std::string>{"run", "part", "order", "time_ps", "latency_ps"});
}

void add_time_parts(Dataset& parts, const std::string& run, const SimulationReport& report) {
  OpTiming sum{};
  for (const ReportedOp& op : report.ops) {
    sum.compute += op.timing.compute;
    sum.dispatch += op.timing.dispatch;
    sum.wait_weights += op.timing.wait_weights;
    sum.wait_inputs += op.timing.wait_inputs;
    sum.wait_output_slot += op.timing.wait_output_slot;
  }
  const std::vector<std::pair<const char*, Picoseconds>> times{
      {"compute", sum.compute},
      {"dispatch", sum.dispatch},
      {"wait for weights", sum.wait_weights},
      {"wait for inputs", sum.wait_inputs},
      {"wait for output slot", sum.wait_output_slot},
      {"drain", report.drain}};
  std::size_t order = 0;
  for (const auto& [part, time] : times) {
    parts.add_row({run, part, order++, time, report.first_inference});
  }
}

}  // namespace memplace
