// SPDX-License-Identifier: Apache-2.0
// A comparison for people.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "report/comparison.h"
#include "report/numbers.h"
#include "report/table.h"

namespace memplace {
namespace {

Table table_with(std::vector<std::string> names, const std::vector<std::string>& numbers) {
  Table table;
  for (std::string& title : names) {
    table.add_column(std::move(title), Table::Column::kName);
  }
  for (const std::string& title : numbers) {
    table.add_column(title, Table::Column::kNumber);
  }
  return table;
}

std::size_t rows_shown(std::size_t rows, std::optional<std::size_t> limit) {
  return std::min(rows, limit.value_or(rows));
}

std::string times(std::optional<double> factor) {
  return factor ? significant(*factor) + 'x' : "-";
}

std::string signed_rounded(Picoseconds difference) {
  const std::string size = rounded(magnitude(difference));
  return difference == Picoseconds(0) ? size : (difference < Picoseconds(0) ? "-" : "+") + size;
}

bool runs_several(const SimulationReport& report) {
  return report.mode.streams * report.mode.inferences > 1;
}

std::string rate(std::optional<double> per_second) {
  return per_second ? significant(*per_second) + "/s" : "-";
}

std::string feasibility(const SimulationReport& report) {
  return report.feasible ? "as asked" : fmt::format("epsilon {:.4g}", report.epsilon);
}

std::string key_figures(const Comparison& comparison, std::optional<std::size_t> width) {
  const SimulationReport& a = comparison.a;
  const SimulationReport& b = comparison.b;
  Table table = table_with({""}, {"A", "B", "difference", "speed-up"});
  const auto add_time = [&](const char* name, Picoseconds before, Picoseconds after) {
    table.add_row({name, rounded(before), rounded(after), signed_rounded(after - before),
                   times(times_faster(before, after))});
  };
  add_time("latency", a.latency, b.latency);
  if (runs_several(a) || runs_several(b)) {
    add_time("first inference", a.first_inference, b.first_inference);
    add_time("makespan", a.makespan, b.makespan);
  }
  if (a.throughput_per_s || b.throughput_per_s) {
    const bool both = a.throughput_per_s && b.throughput_per_s && *a.throughput_per_s > 0;
    table.add_row({"throughput", rate(a.throughput_per_s), rate(b.throughput_per_s),
                   both ? fmt::format("{:+.4g}/s", *b.throughput_per_s - *a.throughput_per_s) : "-",
                   both ? times(*b.throughput_per_s / *a.throughput_per_s) : "-"});
  }
  table.add_row({"feasible", feasibility(a), feasibility(b), "", ""});
  table.add_row({"resident load", rounded(a.load), rounded(b.load), signed_rounded(b.load - a.load),
                 times(times_faster(a.load, b.load))});
  return table.text(width);
}

std::string_view sentence_of(TimePart part) {
  switch (part) {
    case TimePart::kWaitWeights:
      return "weights";
    case TimePart::kWaitInputs:
      return "inputs";
    case TimePart::kWaitMove:
      return "a move";
    default:
      return "an output slot";
  }
}

// " (fc.weights dram -> llc)", or what the queues say where none of the tensors moved.
std::string reason(const WaitDifference& wait) {
  std::string text;
  for (const MovedTensor& tensor : wait.moved) {
    text += fmt::format("{}{} {} -> {}", text.empty() ? " (" : ", ", tensor.name, tensor.from,
                        tensor.to);
  }
  if (!text.empty()) {
    return text + ')';
  }
  const bool shorter = wait.difference < Picoseconds(0);
  if (wait.queued == Picoseconds(0) || (wait.queued < Picoseconds(0)) != shorter) {
    return "";
  }
  return fmt::format(" (did not move; queued {} {})", rounded(magnitude(wait.queued)),
                     shorter ? "less" : "more");
}

std::string waits(const Comparison& comparison, std::optional<std::size_t> limit) {
  if (comparison.waits.empty()) {
    return "";
  }
  std::string text = "\nWaits removed or added\n";
  const std::size_t shown = rows_shown(comparison.waits.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    const WaitDifference& wait = comparison.waits[i];
    text += fmt::format(
        "  {}: {} {} waiting for {}{}\n", wait.op, rounded(magnitude(wait.difference)),
        wait.difference < Picoseconds(0) ? "less" : "more", sentence_of(wait.part), reason(wait));
  }
  return text + more_rows(shown, comparison.waits.size(), "--ops");
}

// "41 us ahead", or "2 us late".
std::string ahead_text(Picoseconds ahead) {
  return fmt::format("{} {}", rounded(magnitude(ahead)), ahead < Picoseconds(0) ? "late" : "ahead");
}

std::string fetched_text(const FetchDifference& fetch) {
  if (!fetch.ahead_b) {
    return "no longer fetched";
  }
  std::string text = "fetched " + ahead_text(*fetch.ahead_b);
  if (fetch.ahead_a && *fetch.ahead_a != *fetch.ahead_b) {
    text += " instead of " + ahead_text(*fetch.ahead_a);
  }
  return text;
}

std::string waiting_text(const FetchDifference& fetch) {
  if (fetch.waits == Picoseconds(0)) {
    return "as much waiting";
  }
  return fmt::format("{} {} waiting", rounded(magnitude(fetch.waits)),
                     fetch.waits < Picoseconds(0) ? "less" : "more");
}

std::string fetches(const Comparison& comparison, std::optional<std::size_t> limit) {
  if (comparison.fetches.empty()) {
    return "";
  }
  std::string text = "\nFetches\n";
  const std::size_t shown = rows_shown(comparison.fetches.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    const FetchDifference& fetch = comparison.fetches[i];
    text += fmt::format("  {} {}: {}\n", fetch.tensor, fetched_text(fetch), waiting_text(fetch));
  }
  return text + more_rows(shown, comparison.fetches.size(), "--tensors");
}

std::string ops(const Comparison& comparison, const TextOptions& options) {
  Picoseconds largest = std::max(comparison.a.drain, comparison.b.drain);
  for (const OpDifference& op : comparison.ops) {
    largest = std::max({largest, op.a, op.b});
  }
  const TimeScale scale(largest);
  Table table = table_with(
      {"op"}, {fmt::format("A {}", scale.unit()), fmt::format("B {}", scale.unit()), "difference"});
  table.add_column("changed most", Table::Column::kName);
  std::vector<const OpDifference*> changed;
  for (const OpDifference& op : comparison.ops) {
    if (op.changed()) {
      changed.push_back(&op);
    }
  }
  const std::size_t shown = rows_shown(changed.size(), options.ops);
  for (std::size_t i = 0; i < shown; ++i) {
    const OpDifference& op = *changed[i];
    const TimePart most = op.most_changed();
    table.add_row({op.name, scale.text(op.a), scale.text(op.b), scale.signed_text(op.difference()),
                   fmt::format("{} {}", name_of(most), scale.signed_text(op.part(most)))});
  }
  const auto alike = static_cast<std::int64_t>(comparison.ops.size() - changed.size());
  const std::string rows = changed.empty() ? "" : table.text(options.width, "  ");
  const Picoseconds of_ops = comparison.first_inference() - comparison.drain();
  return "\nWhere the first inference differs, by op\n" + rows +
         more_rows(shown, changed.size(), "--ops") +
         fmt::format("  the same in A and B: {}\n", plural(alike, "op")) +
         fmt::format("  ops {} {}, drain {}, together {}\n", scale.signed_text(of_ops),
                     scale.unit(), scale.signed_text(comparison.drain()),
                     scale.signed_text(comparison.first_inference()));
}

// A cell of a memory that a side may not have.
template <class Text>
std::string cell(const std::optional<ReportedMemory>& memory, Text text) {
  return memory ? text(*memory) : "-";
}

std::string memories(const Comparison& comparison, std::optional<std::size_t> width) {
  const TimeScale scale(std::max(comparison.a.makespan, comparison.b.makespan));
  Table traffic = table_with({"memory"}, {fmt::format("busy A {}", scale.unit()), "busy B",
                                          "change", "read A", "read B", "written A", "written B"});
  Table rates = table_with(
      {"memory"}, {"achieved A", "achieved B", "peak A", "peak B", "energy A uJ", "energy B"});
  for (const MemoryDifference& row : comparison.memories) {
    const auto both = [&](std::vector<std::string>& cells, auto text) {
      cells.push_back(cell(row.a, text));
      cells.push_back(cell(row.b, text));
    };
    std::vector<std::string> moved{row.name};
    both(moved, [&](const ReportedMemory& memory) { return scale.text(memory.busy); });
    moved.push_back(row.a && row.b ? scale.signed_text(row.b->busy - row.a->busy) : "-");
    both(moved, [](const ReportedMemory& memory) { return rounded(memory.read); });
    both(moved, [](const ReportedMemory& memory) { return rounded(memory.written); });
    traffic.add_row(std::move(moved));
    std::vector<std::string> used{row.name};
    both(used,
         [](const ReportedMemory& memory) { return rounded(Bandwidth(memory.bytes_per_second)); });
    both(used, [](const ReportedMemory& memory) { return rounded(memory.peak); });
    both(used, [](const ReportedMemory& memory) {
      return significant(static_cast<double>(memory.energy_pj) / 1e6);
    });
    rates.add_row(std::move(used));
  }
  return "\nMemory channels\n" + traffic.text(width, "  ") + '\n' + rates.text(width, "  ");
}

std::string transitions(const Comparison& comparison, std::optional<std::size_t> width) {
  Table table = table_with({"in A", "in B"}, {"tensors", "weights", "activations"});
  for (const MovedBytes& row : comparison.transitions) {
    table.add_row({row.from, row.to, std::to_string(row.tensors), rounded(row.weights),
                   rounded(row.activations)});
  }
  return "\nWhere the bytes are\n" + table.text(width, "  ");
}

std::string moved(const Comparison& comparison, const TextOptions& options) {
  if (comparison.moved.empty()) {
    return "\nNo tensor is in another memory.\n";
  }
  Table table = table_with({"tensor", "kind", "in A", "in B"}, {"size"});
  const std::size_t shown = rows_shown(comparison.moved.size(), options.tensors);
  for (std::size_t i = 0; i < shown; ++i) {
    const MovedTensor& row = comparison.moved[i];
    table.add_row({row.name, row.kind, row.from, row.to, rounded(row.bytes)});
  }
  return transitions(comparison, options.width) +
         fmt::format("\nMoved, {}\n",
                     plural(static_cast<std::int64_t>(comparison.moved.size()), "tensor")) +
         table.text(options.width, "  ") + more_rows(shown, comparison.moved.size(), "--tensors");
}

}  // namespace

std::string to_text(const Comparison& comparison, const TextOptions& options) {
  std::string text = text_head(comparison.header) + '\n' + key_figures(comparison, options.width);
  if (comparison.different_networks) {
    text += fmt::format("\nOnly totals are compared, as the networks differ: {}.\n",
                        *comparison.different_networks);
    return text + memories(comparison, options.width);
  }
  return text + waits(comparison, options.ops) + fetches(comparison, options.tensors) +
         ops(comparison, options) + memories(comparison, options.width) +
         moved(comparison, options);
}

}  // namespace memplace
