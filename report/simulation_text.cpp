// SPDX-License-Identifier: Apache-2.0
// A simulation's report for people.
#include <algorithm>
#include <cstdint>
#include <map>
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

// "not as asked: 2 tensors demoted, 1 not fetched, epsilon 0.5".
std::string feasibility(const SimulationReport& report) {
  if (report.feasible) {
    return "yes, as asked";
  }
  const auto unfetched = std::count_if(report.demoted.begin(), report.demoted.end(),
                                       [](const ReportedDemotion& row) { return row.unfetched(); });
  const auto demoted = static_cast<std::int64_t>(report.demoted.size()) - unfetched;
  std::string text = "not as asked: ";
  if (demoted > 0 || unfetched == 0) {
    text += plural(demoted, "tensor") + " demoted, ";
  }
  if (unfetched > 0) {
    text +=
        (demoted > 0 ? std::to_string(unfetched) : plural(unfetched, "tensor")) + " not fetched, ";
  }
  return text + fmt::format("epsilon {:.4g}", report.epsilon);
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
  text += key_line("feasible", feasibility(report));
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

std::vector<std::string> op_cells(const ReportedOp& op, const TimeScale& scale, bool waited) {
  const OpTiming& timing = op.timing;
  std::vector<std::string> cells{op.name,
                                 std::to_string(op.tiles),
                                 scale.text(op.total()),
                                 scale.text(timing.compute),
                                 scale.text(timing.dispatch),
                                 scale.text(timing.wait_weights),
                                 scale.text(timing.wait_inputs)};
  if (waited) {
    cells.push_back(scale.text(timing.wait_move));
  }
  cells.push_back(scale.text(timing.wait_output_slot));
  cells.push_back(scale.text(timing.queued));
  return cells;
}

std::string ops(const SimulationReport& report, const TextOptions& options) {
  const auto order =
      longest(report.ops, options.ops, [](const ReportedOp& op) { return op.total(); });
  Picoseconds largest = report.drain;
  for (const ReportedOp& op : report.ops) {
    largest = std::max({largest, op.total(), op.timing.queued});
  }
  const TimeScale scale(largest);
  const bool waited = std::any_of(report.ops.begin(), report.ops.end(), [](const ReportedOp& op) {
    return op.timing.wait_move > Picoseconds(0);
  });
  std::vector<std::string> titles{
      "tiles", fmt::format("total {}", scale.unit()), "compute", "dispatch", "weights", "inputs"};
  if (waited) {
    titles.emplace_back("wait move");
  }
  titles.insert(titles.end(), {"output", "queued"});
  Table table;
  table.add_column("op", Table::Column::kName);
  for (const std::string& title : titles) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const std::size_t i : order) {
    table.add_row(op_cells(report.ops[i], scale, waited));
  }
  return fmt::format("\nWhere the time of the first inference went{}\n",
                     selection(order.size(), report.ops.size(), "slowest ops")) +
         table.text(options.width, "  ") + more_rows(order.size(), report.ops.size(), "--ops") +
         fmt::format("  drain {} {}\n", scale.text(report.drain), scale.unit());
}

std::string moves(const SimulationReport& report, const TextOptions& options) {
  if (report.moves.empty()) {
    return "";
  }
  const auto order = longest(report.moves, options.tensors,
                             [](const ReportedMove& move) { return move.timing.waited; });
  Picoseconds largest;
  for (const ReportedMove& move : report.moves) {
    largest = std::max(largest, move.timing.end);
  }
  const TimeScale scale(largest);
  Table table;
  for (const std::string_view title : {"tensor", "from", "to"}) {
    table.add_column(std::string(title), Table::Column::kName);
  }
  table.add_column("size", Table::Column::kNumber);
  table.add_column("after", Table::Column::kName);
  for (const std::string& title :
       {fmt::format("begin {}", scale.unit()), std::string("end"), std::string("waited")}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const std::size_t i : order) {
    const ReportedMove& move = report.moves[i];
    table.add_row({move.tensor, move.from, move.to, rounded(move.bytes), move.after.value_or("-"),
                   scale.text(move.timing.begin), scale.text(move.timing.end),
                   scale.text(move.timing.waited)});
  }
  return fmt::format("\nMoves{}\n",
                     selection(order.size(), report.moves.size(), "most waited for")) +
         table.text(options.width, "  ") +
         more_rows(order.size(), report.moves.size(), "--tensors");
}

// The place of each fetch that found no room, as it was asked.
std::map<std::string, std::string> unfetched_places(const SimulationReport& report) {
  std::map<std::string, std::string> places;
  for (const ReportedDemotion& row : report.demoted) {
    if (row.unfetched()) {
      places[row.tensor] = row.asked;
    }
  }
  return places;
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
  const std::map<std::string, std::string> unfetched = unfetched_places(report);
  for (const std::size_t i : order) {
    const ReportedTensor& tensor = report.tensors[i];
    const auto place = unfetched.find(tensor.name);
    table.add_row(
        {tensor.name, tensor.kind,
         place != unfetched.end() ? place->second : place_text(tensor.asked, tensor.fetched_to),
         place_text(tensor.given, tensor.fetched_to), rounded(tensor.bytes), rounded(tensor.read),
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
         filling(report, options.width) + ops(report, options) + moves(report, options) +
         tensors(report, options);
}

std::string_view remark_on(std::string_view reason) {
  if (reason == name_of(RefusalReason::kAddresses)) {
    return ", but no address was found";
  }
  if (reason == name_of(RefusalReason::kForbidden)) {
    return ", but a constraint forbids it";
  }
  if (reason == name_of(RefusalReason::kTime)) {
    return ", but no room for it is free early enough";
  }
  return reason == name_of(RefusalReason::kOthers) ? ", but others are placed with it" : "";
}

}  // namespace memplace
