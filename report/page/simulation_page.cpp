// SPDX-License-Identifier: Apache-2.0
#include "report/page/simulation_page.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "report/describe.h"
#include "report/page/time_parts.h"

namespace memplace {
namespace {

// What tells the simulations apart: the settings in which they differ; else their files.
std::vector<std::string> labels_of(const std::vector<NamedSimulation>& simulations) {
  const Json& first = simulations.front().report.header.config;
  std::vector<std::string> labels(simulations.size());
  for (const auto& entry : first.items()) {
    const std::string& key = entry.key();
    const auto setting_of = [&](const NamedSimulation& simulation) {
      return simulation.report.header.config.value(key, Json());
    };
    const bool differs = std::any_of(
        simulations.begin(), simulations.end(),
        [&](const NamedSimulation& other) { return setting_of(other) != entry.value(); });
    if (!differs) {
      continue;
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const Json setting = setting_of(simulations[i]);
      labels[i] += (labels[i].empty() ? "" : ", ") +
                   (setting.is_string() ? setting.get<std::string>()
                                        : fmt::format("{} {}", key, one_line(setting)));
    }
  }
  const std::set<std::string> distinct(labels.begin(), labels.end());
  if (distinct.size() < labels.size()) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels[i] = simulations[i].file;
    }
  }
  if (labels.size() == 1) {
    labels[0] = simulations[0].report.workload;
  }
  return labels;
}

// What the network's file calls something.
std::string origin_text(const ReportedOrigin& origin) {
  return origin.has_value() ? names_text(*origin) : "";
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

bool has_moves(const std::vector<NamedSimulation>& simulations) {
  return std::any_of(simulations.begin(), simulations.end(), [](const NamedSimulation& simulation) {
    return !simulation.report.moves.empty();
  });
}

// Columns, of which some stand only where something moves.
std::vector<std::string> columns(std::vector<std::string> always, bool moves,
                                 const std::vector<std::string>& moving) {
  if (moves) {
    always.insert(always.end(), moving.begin(), moving.end());
  }
  return always;
}

// Where in the schedule a time of the first inference is: 2.5 is half-way through the third op's
// turn on the compute sequencer, whose turns follow each other without gaps (law 8).
double step_at(const SimulationReport& report, Picoseconds time) {
  Picoseconds begin;
  for (std::size_t step = 0; step < report.ops.size(); ++step) {
    const Picoseconds length = report.ops[step].total();
    if (time < begin + length) {
      return static_cast<double>(step) +
             static_cast<double>((time - begin).count()) / static_cast<double>(length.count());
    }
    begin += length;
  }
  return static_cast<double>(report.ops.size());
}

// The datasets of all simulations, each row beginning with its simulation's label.
class Tables {
 public:
  // Whether there are rows and columns for what `moves`.
  explicit Tables(bool moves) : moves_(moves) {}

  void add(const std::string& run, const SimulationReport& report) {
    add_run(run, report);
    add_ops(run, report);
    add_memories(run, report);
    add_tensors(run, report);
    add_moves(run, report);
    if (report.details) {
      add_spans(run, report);
      add_intensities(run, report);
      add_addresses(run, report);
    }
  }

  void move_to(PageDocument& page) const {
    page.add_dataset("runs", runs_);
    page.add_dataset("time", time_);
    page.add_dataset("ops", ops_);
    page.add_dataset("memories", memories_);
    page.add_dataset("bounds", bounds_);
    page.add_dataset("tensors", tensors_);
    page.add_dataset("demoted", demoted_);
    page.add_dataset("spans", spans_);
    page.add_dataset("intensities", intensities_);
    page.add_dataset("ceilings", ceilings_);
    page.add_dataset("addresses", addresses_);
    if (moves_) {
      page.add_dataset("moves", move_rows_);
    }
  }

 private:
  void add_run(const std::string& run, const SimulationReport& report) {
    const std::int64_t energy = std::accumulate(
        report.memories.begin(), report.memories.end(), std::int64_t{0},
        [](std::int64_t sum, const ReportedMemory& memory) { return sum + memory.energy_pj; });
    runs_.add_row({run, report.workload, report.chip, report.latency, report.makespan,
                   or_null(report.throughput_per_s), report.epsilon, report.load_bytes, report.load,
                   energy});
    add_time_parts(time_, run, report);
  }

  void add_ops(const std::string& run, const SimulationReport& report) {
    std::size_t position = 0;
    for (const ReportedOp& op : report.ops) {
      add_row(ops_,
              {run, ++position, op.name, op.kind, op.tiles, op.total(), op.timing.compute,
               op.timing.dispatch, op.timing.wait_weights, op.timing.wait_inputs,
               op.timing.wait_output_slot, op.timing.queued, op.timing.start, op.timing.end,
               op.macs, op.cycles, op.split, op.engines, origin_text(op.origin)},
              {op.timing.wait_move});
    }
  }

  void add_memories(const std::string& run, const SimulationReport& report) {
    std::size_t order = 0;
    for (const ReportedMemory& memory : report.memories) {
      add_row(memories_,
              {run, memory.name, order++, memory.instances, memory.read, memory.written,
               memory.busy, memory.utilisation, memory.bytes_per_second, memory.peak,
               memory.capacity, memory.energy_pj},
              {memory.moved_in, memory.moved_out});
    }
    for (const Roofline& bound : report.rooflines) {
      bounds_.add_row({run, bound.name, bound.kind, bound.bound, report.makespan});
    }
  }

  void add_tensors(const std::string& run, const SimulationReport& report) {
    for (const ReportedTensor& tensor : report.tensors) {
      add_row(tensors_,
              {run, tensor.name, tensor.kind, tensor.bytes, tensor.asked, tensor.given,
               tensor.lifetime.begin, tensor.lifetime.end, tensor.read, tensor.written,
               tensor.transfer, origin_text(tensor.origin)},
              {tensor.fetched_to.value_or("")});
    }
    for (const ReportedDemotion& demotion : report.demoted) {
      const std::string reason =
          demotion.refusals.empty()
              ? ""
              : fmt::format("{} free at step {} ({}){}", demotion.refusals.front().free.count(),
                            demotion.refusals.front().step, demotion.refusals.front().op,
                            remark_on(demotion.refusals.front().reason));
      demoted_.add_row(
          {run, demotion.tensor, demotion.bytes, demotion.asked, demotion.given, reason});
    }
  }

  void add_moves(const std::string& run, const SimulationReport& report) {
    for (const ReportedMove& move : report.moves) {
      move_rows_.add_row({run, move.tensor, move.from, move.to, move.bytes, move.after.value_or(""),
                          move.first_op, move.timing.begin, move.timing.end, move.timing.waited});
    }
  }

  void add_spans(const std::string& run, const SimulationReport& report) {
    const std::map<std::string, int> lanes{
        {"weight", 0}, {"input", 1}, {"compute", 2}, {"output", 3}, {"move", 4}};
    for (const OpSpan& span : report.details->spans) {
      const ReportedOp& op = report.ops[span.op];
      const auto memory =
          std::find_if(report.memories.begin(), report.memories.end(),
                       [&](const ReportedMemory& row) { return row.name == span.memory; });
      const auto lane = lanes.find(span.lane);
      spans_.add_row({run, span.op + 1, op.name, op.kind, span.lane,
                      lane == lanes.end() ? -1 : lane->second, span.memory,
                      memory - report.memories.begin(), span.begin, span.end, span.busy,
                      span.bytes});
    }
  }

  // Each op that multiplies beside each memory that it reads and writes itself. What is fetched for
  // it is so at another time.
  void add_intensities(const std::string& run, const SimulationReport& report) {
    std::map<std::pair<std::size_t, std::string>, std::int64_t> moved;
    for (const OpSpan& span : report.details->spans) {
      if (!span.memory.empty() && span.lane != "move") {
        moved[{span.op, span.memory}] += span.bytes.count();
      }
    }
    double least = 0;
    double greatest = 0;
    for (const auto& [key, bytes] : moved) {
      const ReportedOp& op = report.ops[key.first];
      if (op.macs == 0 || bytes == 0 || op.total() == Picoseconds(0)) {
        continue;
      }
      const double intensity = static_cast<double>(op.macs) / static_cast<double>(bytes);
      intensities_.add_row(
          {run, op.name, op.kind, key.second, op.macs, bytes, op.total(), intensity});
      least = least == 0 ? intensity : std::min(least, intensity);
      greatest = std::max(greatest, intensity);
    }
    if (greatest > 0) {
      add_ceilings(run, *report.details, least / 2, greatest * 2);
    }
  }

  // Lines from `least` to `greatest` multiply-accumulates a byte that no op can be above.
  void add_ceilings(const std::string& run, const SimulationDetails& details, double least,
                    double greatest) {
    const double peak = details.peak_macs_per_second;
    for (const ReportedBandwidth& row : details.bandwidths) {
      const auto bandwidth = static_cast<double>(row.read.count());
      const double ridge = std::clamp(peak / bandwidth, least, greatest);
      for (const double intensity : {least, ridge, greatest}) {
        ceilings_.add_row(
            {run, row.memory, row.read, intensity, std::min(peak, bandwidth * intensity)});
      }
    }
  }

  void add_addresses(const std::string& run, const SimulationReport& report) {
    std::map<std::string, std::string> kinds;
    for (const ReportedTensor& tensor : report.tensors) {
      kinds[tensor.name] = tensor.kind;
    }
    std::map<std::string, Bytes> capacities;
    for (const ReportedMemory& memory : report.memories) {
      capacities[memory.name] = memory.capacity;
    }
    for (const ReportedAddress& row : report.details->addresses) {
      const auto copied =
          std::find_if(report.moves.begin(), report.moves.end(), [&](const ReportedMove& move) {
            return move.tensor == row.tensor && move.to == row.memory;
          });
      std::vector<Json> copy{"home", nullptr, nullptr};
      if (copied != report.moves.end()) {
        copy = {"copy", step_at(report, copied->timing.begin), step_at(report, copied->timing.end)};
      }
      add_row(addresses_,
              {run, row.tensor, kinds[row.tensor], row.memory, row.offset, row.bytes,
               row.steps.begin, row.steps.end, capacities[row.memory]},
              copy);
    }
  }

  // `moving` for the columns that stand only where something moves.
  void add_row(Dataset& dataset, std::vector<Json> row, const std::vector<Json>& moving) const {
    if (moves_) {
      row.insert(row.end(), moving.begin(), moving.end());
    }
    dataset.add_row(std::move(row));
  }

  const bool moves_;

  Dataset runs_{std::vector<std::string>{"run", "workload", "chip", "latency_ps", "makespan_ps",
                                         "throughput_per_s", "epsilon", "load_bytes", "load_ps",
                                         "energy_pj"}};
  Dataset time_ = time_parts();
  Dataset ops_{
      columns({"run", "position", "op", "kind", "tiles", "total_ps", "compute_ps", "dispatch_ps",
               "wait_weights_ps", "wait_inputs_ps", "wait_output_slot_ps", "queued_ps", "start_ps",
               "end_ps", "macs", "cycles", "split", "engines", "origin"},
              moves_, {"wait_move_ps"})};
  Dataset memories_{columns(
      {"run", "memory", "memory_index", "instances", "read_bytes", "written_bytes", "busy_ps",
       "utilisation", "achieved_bytes_per_second", "peak_bytes", "capacity_bytes", "energy_pj"},
      moves_, {"moved_in_bytes", "moved_out_bytes"})};
  Dataset bounds_{std::vector<std::string>{"run", "bound", "kind", "bound_ps", "makespan_ps"}};
  Dataset tensors_{columns({"run", "tensor", "kind", "bytes", "asked", "given", "begin_step",
                            "end_step", "read_bytes", "written_bytes", "transfer_ps", "origin"},
                           moves_, {"fetched_to"})};
  Dataset demoted_{
      std::vector<std::string>{"run", "tensor", "bytes", "asked", "given", "first_reason"}};
  Dataset spans_{std::vector<std::string>{"run", "position", "op", "kind", "lane", "lane_index",
                                          "memory", "memory_index", "begin_ps", "end_ps", "busy_ps",
                                          "bytes"}};
  Dataset intensities_{std::vector<std::string>{"run", "op", "kind", "memory", "macs", "bytes",
                                                "time_ps", "macs_per_byte"}};
  Dataset ceilings_{std::vector<std::string>{"run", "memory", "read_bytes_per_second",
                                             "macs_per_byte", "ceiling_macs_per_second"}};
  Dataset addresses_{columns({"run", "tensor", "kind", "memory", "offset_bytes", "bytes",
                              "begin_step", "end_step", "capacity_bytes"},
                             moves_, {"residence", "copied_from_step", "copied_to_step"})};
  Dataset move_rows_{std::vector<std::string>{"run", "tensor", "from", "to", "bytes", "after",
                                              "first_op", "begin_ps", "end_ps", "waited_ps"}};
};

PageSource source_of(const std::string& label, const NamedSimulation& simulation) {
  const SimulationReport& report = simulation.report;
  PageSource source;
  source.title = label;
  source.facts = {{"file", simulation.file},
                  {"network", report.workload},
                  {"chip", report.chip},
                  {"mode", summary_of(report.mode)},
                  {"feasible as asked", report.feasible ? "yes" : "no"}};
  for (const auto& [key, value] : report.header.config.items()) {
    source.facts.emplace_back(key, value.is_string() ? value.get<std::string>() : one_line(value));
  }
  source.again = report.header.again;
  return source;
}

void add_sections(PageDocument& page, bool several, bool moves) {
  page.begin_section("overview", "Overview", "");
  page.add_tiles("runs", {"latency_ps", "throughput_per_s", "makespan_ps", "epsilon", "load_bytes",
                          "energy_pj"});
  if (several) {
    add_parts_chart(page, "compared", moves);
  }
  page.begin_section(
      "time", "Where the time went",
      "Of stream 0's first inference; the parts of all ops and the drain add up to its "
      "latency exactly.");
  add_parts_chart(page, "time", moves);
  add_parts_chart(page, "ops", moves);
  page.add_chart("timeline");
  page.begin_section("limits", "What limits it", "");
  page.add_chart("bounds");
  page.add_chart("roofline");
  page.begin_section("memories", "Memories", "");
  page.add_chart("traffic");
  page.add_chart("occupancy");
  if (moves) {
    page.add_note(
        "What is fetched has a place at home and a copy, from the step at which there is room for "
        "it to its last reader: hatched while it is being copied.");
  }
  page.begin_section("tables", "Tables", "");
  page.add_table("ops-table", "Ops", "In schedule order.", "ops");
  page.add_table("memories-table", "Memories", "From slow to fast, over all inferences.",
                 "memories");
  page.add_table("tensors-table", "Tensors", "In the graph's order.", "tensors");
  page.add_table("moves-table", "Moves",
                 "Copies made during stream 0's first inference, in the order in which they are "
                 "read; and how long ops waited for each.",
                 "moves");
  page.add_table("demoted-table", "Demoted tensors",
                 "Not where they were asked, and why not in the memory asked.", "demoted");
}

}  // namespace

PageDocument simulation_page(const std::string& version,
                             const std::vector<NamedSimulation>& simulations) {
  const std::vector<std::string> labels = labels_of(simulations);
  const SimulationReport& first = simulations.front().report;
  const bool several = simulations.size() > 1;
  PageDocument page(version, "simulation",
                    several ? fmt::format("{} simulations", simulations.size())
                            : fmt::format("{} on {}", first.workload, first.chip));
  const bool moves = has_moves(simulations);
  Tables tables(moves);
  for (std::size_t i = 0; i < simulations.size(); ++i) {
    page.add_source(source_of(labels[i], simulations[i]));
    tables.add(labels[i], simulations[i].report);
  }
  tables.move_to(page);
  page.add_choice("run", "Simulation");
  add_sections(page, several, moves);
  return page;
}

}  // namespace memplace
