// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/commands.h"
#include "cli/mapping_choice.h"
#include "cli/setup.h"
#include "cli/value_set.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/run/run_request.h"
#include "optimizer/studies/settings/search_fields.h"
#include "report/address_table.h"
#include "report/simulation_report.h"
#include "report/spans.h"
#include "report/timeline.h"
#include "report/trace/observers.h"
#include "report/trace/perfetto_trace.h"
#include "report/trace/vcd_trace.h"

namespace memplace {
namespace {

constexpr std::size_t kTimelineColumns = 60;
constexpr std::size_t kTilesTraced = 10'000;
const std::array<std::string, 5> kReportTables{"ops", "tensors", "memories", "moves",
                                               "summary"};  // of CsvTable

InfeasibleFailure demoted_failure(const Program& program, const RectifiedPlacement& rectified) {
  const Demotion& first = rectified.demotions.front();
  const Refusal& why = first.refusals.front();
  return InfeasibleFailure(fmt::format(
      "the mapping does not fit: \"{}\" asks for {} of {} at step {} (op \"{}\"), "
      "where {} are free{}; {} of {} decisions would be demoted, epsilon {:.4g}",
      program.graph().tensor(first.tensor).name, format(why.bytes_asked),
      program.chip().memories[why.memory].name, why.step, program.graph().op(OpId(why.step)).name,
      format(why.bytes_free), remark_on(name_of(why.reason)), rectified.demotions.size(),
      program.problem.decisions().size(), rectified.epsilon.value()));
}

InfeasibleFailure unfetched_failure(const Program& program, const Placement& asked,
                                    const RectifiedPlacement& rectified) {
  const TensorId id = rectified.unfetched.front();
  const OpId first = program.problem.movables()[id].first_op;
  const std::size_t left_out = rectified.unfetched.size();
  return InfeasibleFailure(fmt::format(
      "the mapping does not fit: \"{}\" is to be fetched to {} before step {} (op \"{}\"), and no "
      "room for its {} is free there early enough; {} of {} fetches would be left out, epsilon "
      "{:.4g}",
      program.graph().tensor(id).name, program.chip().memories[asked.near[id]].name, first.index(),
      program.graph().op(first).name, format(program.graph().tensor(id).bytes), left_out,
      left_out + rectified.plan.moves.size(), rectified.epsilon.value()));
}

// Makes the placement feasible; with --strict it must be so already.
RectifiedPlacement make_feasible(const SimulationRequest& request, const Program& program,
                                 PlacementRectifier& rectifier, const Placement& asked) {
  RectifiedPlacement rectified = rectifier.rectify(asked);
  if (request.strict && !rectified.demotions.empty()) {
    throw demoted_failure(program, rectified);
  }
  if (request.strict && !rectified.unfetched.empty()) {
    throw unfetched_failure(program, asked, rectified);
  }
  return rectified;
}

// How many tiles --trace and --vcd show one by one. Throws Error for an option without the other.
std::size_t traced_tiles(const Arguments& arguments) {
  if (arguments.has("--trace-tiles") && !arguments.has("--trace") && !arguments.has("--vcd")) {
    throw arguments.error("--trace-tiles needs --trace or --vcd");
  }
  return arguments.count_or_all("--trace-tiles", kTilesTraced)
      .value_or(std::numeric_limits<std::size_t>::max());
}

// Says on standard error what a trace leaves out.
void tell_what_is_cut(const Arguments& arguments, const Console& console, const Program& program,
                      std::size_t shown) {
  const std::size_t tiles = tiles_of_run(program);
  if (tiles <= shown) {
    return;
  }
  if (arguments.has("--trace")) {
    console.err << fmt::format(
        "simulate: the trace shows {} of {} tiles one by one, the rest op by op; "
        "--trace-tiles sets how many\n",
        shown, tiles);
  }
  if (arguments.has("--vcd")) {
    console.err << fmt::format(
        "simulate: the waveforms end after {} of {} tiles; --trace-tiles sets how many\n", shown,
        tiles);
  }
}

// Of the directory of a run what it was of, under its best mapping.
SimulationRequest choose_simulation(const Arguments& arguments) {
  const std::string what = arguments.required("WORKLOAD");
  if (!names_run(what)) {
    return choose_request(arguments, simulation_fields());
  }
  const bool other_chip = arguments.has("--chip");
  SimulationRequest request = best_of_run(what, version(), other_chip);
  if (other_chip) {
    forget_chip(request);
  }
  take_fields(arguments, simulation_fields(), request);
  check_request(arguments, request);
  return request;
}

}  // namespace

void declare_simulate(Arguments& arguments) {
  declare_program(arguments);
  declare_fields<SimulationRequest>(
      arguments, select(simulation_fields(), {"mapping", "places", "planner", "strict"}));
  declare_output(arguments);
  arguments.add_choice("--table", "TABLE", "of csv: {}", kReportTables);
  arguments.add_flag("--timeline", "draw the run, for small networks");
  arguments.add_value("--ops", "N|all", "rows of ops in text, slowest first (10)");
  arguments.add_value("--tensors", "N|all", "rows of tensors in text (10)");
  arguments.add_value("--save-mapping", "FILE", "write the mapping as simulated",
                      files_ending({".yaml", ".json"}));
  arguments.add_value("--addresses", "FILE.csv", "write where in its memory each tensor was",
                      files_ending({".csv"}));
  declare_fields<SimulationRequest>(arguments, select(simulation_fields(), {"allocator"}));
  arguments.add_value("--trace", "FILE", "write every event of the run for\nui.perfetto.dev",
                      any_file());
  arguments.add_value("--vcd", "FILE", "write the run as waveforms for GTKWave",
                      files_ending({".vcd"}));
  arguments.add_value("--trace-tiles", "N|all", "tiles that these two show one by one\n(10000)");
}

void execute_simulate(const Arguments& arguments, const Console& console) {
  const auto options = report_options<CsvTable>(arguments, console);
  const bool drawn = arguments.has("--timeline");
  if (drawn && options.format != Format::kText) {
    throw arguments.error("--timeline needs --format text");
  }
  const auto output = arguments.value("--output");
  const auto saved = arguments.value("--save-mapping");
  check_outputs(
      arguments,
      std::array<std::string, 5>{"--output", "--save-mapping", "--addresses", "--trace", "--vcd"},
      std::array<std::string, 3>{"WORKLOAD", "--chip", "--mapping"});
  check_mapping_output(arguments);
  const std::size_t most_tiles = traced_tiles(arguments);

  const SimulationRequest request = choose_simulation(arguments);
  const auto lowered = load_program(arguments, request);
  const Program& program = *lowered;
  show_warnings(console, "simulate", program.graph().warnings());
  const RunHeader header = header_of("simulate", simulation_fields(), request, program);
  const Placement asked =
      choose_placement(arguments, program.problem, request.mapping, request.moving);
  if (drawn) {
    arguments.named([&] { check_timeline_fits(program); });
  }
  PlacementRectifier rectifier(program.problem, request.planner);
  const RectifiedPlacement rectified =
      arguments.named([&] { return make_feasible(request, program, rectifier, asked); });

  const std::unique_ptr<Simulator> simulator = make_simulator(request.model);
  Observers observers;
  EventRecorder events;
  std::optional<PerfettoTrace> trace;
  std::optional<VcdTrace> vcd;
  std::optional<SpanRecorder> spans;
  if (drawn) {
    observers.add(events);
  }
  if (options.format == Format::kJson) {
    observers.add(spans.emplace(program));
  }
  if (const auto file = arguments.value("--trace")) {
    observers.add(
        trace.emplace(*file, program, rectified.homes, rectified.plan, header, most_tiles));
  }
  if (const auto file = arguments.value("--vcd")) {
    observers.add(vcd.emplace(*file, program, rectified.plan.moves, header, most_tiles));
  }
  const SimResult result = simulator->run(program, rectified.plan, observers.or_null());
  if (trace) {
    trace->finish(result);
  }
  if (vcd) {
    vcd->finish(result);
  }
  if (trace || vcd) {
    tell_what_is_cut(arguments, console, program, most_tiles);
  }
  SimulationReport report = make_simulation_report(header, program, asked, rectified, result);
  std::optional<Addresses> addresses;
  if (spans || arguments.has("--addresses")) {
    addresses = rectifier.addresses(rectified);
  }
  if (spans) {
    report.details = make_details(program, *spans, *addresses);
  }
  std::string text = render(report, options);
  if (drawn) {
    text += "\nTimeline\n" + timeline(program, result, events, kTimelineColumns);
  }
  if (saved) {
    save_mapping(*saved, program.problem, Placement(rectified.homes, rectified.plan.near));
  }
  if (const auto file = arguments.value("--addresses")) {
    write_file(*file, to_csv(*addresses, program.problem));
  }
  deliver(console, output, text);
}

}  // namespace memplace
