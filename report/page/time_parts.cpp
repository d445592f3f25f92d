// SPDX-License-Identifier: Apache-2.0
#include "report/page/time_parts.h"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace memplace {

namespace {

constexpr std::string_view kWaitForMove = "wait for move";

}  // namespace

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
    sum.wait_move += op.timing.wait_move;
    sum.wait_output_slot += op.timing.wait_output_slot;
  }
  const std::vector<std::pair<std::string_view, Picoseconds>> times{
      {"compute", sum.compute},
      {"dispatch", sum.dispatch},
      {"wait for weights", sum.wait_weights},
      {"wait for inputs", sum.wait_inputs},
      {kWaitForMove, sum.wait_move},
      {"wait for output slot", sum.wait_output_slot},
      {"drain", report.drain}};
  std::size_t order = 0;
  for (const auto& [part, time] : times) {
    if (part != kWaitForMove || !report.moves.empty()) {
      parts.add_row({run, part, order, time, report.first_inference});
    }
    ++order;
  }
}

void add_parts_chart(PageDocument& page, const std::string& name, bool moves) {
  page.add_chart(name, Json::object(),
                 moves ? std::vector<std::string>{}
                       : std::vector<std::string>{std::string(kWaitForMove), "wait_move_ps"});
}

}  // namespace memplace
