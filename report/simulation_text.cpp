// SPDX-License-Identifier: Apache-2.0
// A simulation's report for people.
#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "report/numbers.h"
#include "report/simulation_report.h"
#include "report/table.h"

namespace memplace {
namespace {

constexpr std::size_t kDemotionsShown = 5;

// Indices of the `limit` rows with the longest times, longest first; all rows as they are where
// there is no limit.
template <class Row, class Time>
std::vector<std::size_t> longest(const std::vector<Row>& rows, std::optional<std::size_t> limit,
                                 Time time) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (limit) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return time(rows[a]) > time(rows[b]); });
    order.resize(std::min(order.size(), *limit));
  }
  return order;
}

// "(10 slowest of 57)", or nothing where all rows are shown.
std::string selection(std::size_t shown, std::size_t all, std::string_view which) {
  return shown == all ? "" : fmt::format(" ({} {} of {})", shown, which, all);
}

std::string key_figures(const SimulationReport& report) {
  std::string text = key_line("latency", rounded(report.latency));
  const bool several = report.mode.streams * report.mode.inferences > 1;
  if (several) {
    text += key_line("makespan", rounded(report.makespan));
  }
  if (report.throughput_per_s) {
    text += key_line("throughput", significant(*report.throughput_per_s) + " inferences/s");
  }
  const auto binding =
      std::max_element(report.rooflines.begin(), report.rooflines.end(),
                       [](const Roofline& a, const Roofline& b) { return a.bound < b.bound; });
  if (binding != report.rooflines.end()) {
    text +=
        key_line("bound by", fmt::format("{}: at least {}, {} of the {}", binding->name,
                                         rounded(binding->bound),
                                         percent(binding->bound.count(), report.makespan.count()),
                                         several ? "makespan" : "latency"));
  }
  text +=
      key_line("feasible",
               report.feasible
                   ? "yes, as asked"
                   : fmt::format("not as asked: {} demoted, epsilon {:.4g}",
                                 plural(static_cast<std::int64_t>(report.demoted.size()), "tensor"),
                                 report.epsilon));
  text += key_line("resident load", fmt::format("{} in {}, once before the first inference",
                                                rounded(report.load_bytes), rounded(report.load)));
  return text;
}

std::string demotions(const SimulationReport& report) {
  if (report.demoted.empty()) {
    return "";
  }
  std::string text = "\nDemoted\n";
  const std::size_t shown = std::min(report.demoted.size(), kDemotionsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const ReportedDemotion& row = report.demoted[i];
    text +=
        fmt::format("  {} ({}): {} -> {}\n", row.tensor, rounded(row.bytes), row.asked, row.given);
    for (const ReportedRefusal& why : row.refusals) {
      text +=
          fmt::format("    {} has {} free for {} at step {} ({}){}", why.memory, rounded(why.free),
                      rounded(why.asked), why.step, why.op, remark_on(why.reason));
      if (!why.holders.empty()) {
        text += fmt::format("; largest there: {} ({})", why.holders.front().first,
                            rounded(why.holders.front().second));
      }
      text += '\n';
    }
  }
  if (shown < report.demoted.size()) {
    text += fmt::format("  ... {} more (--format json)\n", report.demoted.size() - shown);
  }
  return text;
}

std::string instance_name(const ReportedMemory& memory) {
  return memory.instances == 1 ? memory.name : fmt::format("{} x{}", memory.name, memory.instances);
}

std::string traffic(const SimulationReport& report, std::optional<std::size_t> width) {
  const TimeScale scale(report.makespan);
  Table table;
  table.add_column("memory", Table::Column::kName);
  for (const std::string& title :
       {fmt::format("busy {}", scale.unit()), std::string("used"), std::string("read"),
        std::string("written"), std::string("achieved"), std::string("energy uJ")}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const ReportedMemory& memory : report.memories) {
    table.add_row({instance_name(memory), scale.text(memory.busy),
                   percent(memory.busy.count(), report.makespan.count()), rounded(memory.read),
                   rounded(memory.written), rounded(Bandwidth(memory.bytes_per_second)),
                   significant(static_cast<double>(memory.energy_pj) / 1e6)});
  }
  return "\nMemory traffic\n" + table.text(width, "  ");
}

std::string filling(const SimulationReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("memory", Table::Column::kName);
  for (const std::string_view title : {"capacity", "peak", "full", "at the end"}) {
    table.add_column(std::string(title), Table::Column::kNumber);
  }
  for (const ReportedMemory& memory : report.memories) {
    table.add_row({instance_name(memory), rounded(memory.capacity), rounded(memory.peak),
                   percent(memory.peak.count(), memory.capacity.count()),
                   rounded(memory.final_bytes)});
  }
  return "\nMemory occupancy\n" + table.text(width, "  ");
}

std::string bounds(const SimulationReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("no schedule beats", Table::Column::kName);
  table.add_column("time", Table::Column::kNumber);
  table.add_column("share", Table::Column::kNumber);
  for (const Roofline& roofline : report.rooflines) {
    table.add_row({roofline.name, rounded(roofline.bound),
                   percent(roofline.bound.count(), report.makespan.count())});
  }
  return "\nRooflines\n" + table.text(width, "  ");
}

std::string ops(const SimulationReport& report, const TextOptions& options) {
  const auto order =
      longest(report.ops, options.ops, [](const ReportedOp& op) { return op.total(); });
  Picoseconds largest = report.drain;
  for (const ReportedOp& op : report.ops) {
    largest = std::max({largest, op.total(), op.timing.queued});
  }
  const TimeScale scale(largest);
  Table table;
  table.add_column("op", Table::Column::kName);
  for (const std::string& title :
       {std::string("tiles"), fmt::format("total {}", scale.unit()), std::string("compute"),
        std::string("dispatch"), std::string("weights"), std::string("inputs"),
        std::string("output"), std::string("queued")}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const std::size_t i : order) {
    const ReportedOp& op = report.ops[i];
    table.add_row({op.name, std::to_string(op.tiles), scale.text(op.total()),
                   scale.text(op.timing.compute), scale.text(op.timing.dispatch),
                   scale.text(op.timing.wait_weights), scale.text(op.timing.wait_inputs),
                   scale.text(op.timing.wait_output_slot), scale.text(op.timing.queued)});
  }
  return fmt::format("\nWhere the time of the first inference went{}\n",
                     selection(order.size(), report.ops.size(), "slowest ops")) +
         table.text(options.width, "  ") + more_rows(order.size(), report.ops.size(), "--ops") +
         fmt::format("  drain {} {}\n", scale.text(report.drain), scale.unit());
}

std::string tensors(const SimulationReport& report, const TextOptions& options) {
  const auto order = longest(report.tensors, options.tensors,
                             [](const ReportedTensor& tensor) { return tensor.transfer; });
  Picoseconds largest;
  for (const ReportedTensor& tensor : report.tensors) {
    largest = std::max(largest, tensor.transfer);
  }
  const TimeScale scale(largest);
  Table table;
  for (const std::string_view title : {"tensor", "kind", "asked", "given"}) {
    table.add_column(std::string(title), Table::Column::kName);
  }
  table.add_column("size", Table::Column::kNumber);
  table.add_column("read", Table::Column::kNumber);
  table.add_column("steps", Table::Column::kNumber);
  table.add_column(fmt::format("moved {}", scale.unit()), Table::Column::kNumber);
  for (const std::size_t i : order) {
    const ReportedTensor& tensor = report.tensors[i];
    table.add_row({tensor.name, tensor.kind, tensor.asked, tensor.given, rounded(tensor.bytes),
                   rounded(tensor.read),
                   fmt::format("{}-{}", tensor.lifetime.begin, tensor.lifetime.end),
                   scale.text(tensor.transfer)});
  }
  return fmt::format("\nTensors{}\n",
                     selection(order.size(), report.tensors.size(), "longest transfers")) +
         table.text(options.width, "  ") +
         more_rows(order.size(), report.tensors.size(), "--tensors");
}

}  // namespace

std::string to_text(const SimulationReport& report, const TextOptions& options) {
  return text_head(report.header) + '\n' + key_figures(report) + demotions(report) +
         bounds(report, options.width) + traffic(report, options.width) +
         filling(report, options.width) + ops(report, options) + tensors(report, options);
}

std::string_view remark_on(std::string_view reason) {
  if (reason == name_of(RefusalReason::kAddresses)) {
    return ", but no address was found";
  }
  if (reason == name_of(RefusalReason::kForbidden)) {
    return ", but a constraint forbids it";
  }
  return reason == name_of(RefusalReason::kOthers) ? ", but others are placed with it" : "";
}

}  // namespace memplace
