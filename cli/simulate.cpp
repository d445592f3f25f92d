// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/commands.h"
#include "cli/mapping_choice.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "report/simulation_report.h"
#include "report/timeline.h"
#include "sim/mapping/mapping_file.h"

namespace memplace {
namespace {

constexpr const char* kDefaultMapping = "heuristic:native";
constexpr std::size_t kRowsShown = 10;
constexpr std::size_t kTimelineColumns = 60;

// The options that shape the output, checked before anything runs.
struct OutputOptions {
  Format format = Format::kText;
  CsvTable table = CsvTable::kOps;
  bool timeline = false;
  TextOptions text;
};

OutputOptions output_options(const Arguments& arguments, const Console& console) {
  OutputOptions options;
  options.format = choose_format(arguments);
  const std::array<std::string, 4> tables{"ops", "tensors", "memories", "summary"};
  options.table = static_cast<CsvTable>(arguments.choice("--table", tables, 0));
  if (arguments.has("--table") && options.format != Format::kCsv) {
    throw arguments.error("--table needs --format csv");
  }
  options.timeline = arguments.has("--timeline");
  options.text.ops = arguments.count_or_all("--ops", kRowsShown);
  options.text.tensors = arguments.count_or_all("--tensors", kRowsShown);
  for (const char* const name : {"--timeline", "--ops", "--tensors"}) {
    if (arguments.has(name) && options.format != Format::kText) {
      throw arguments.error(fmt::format("{} needs --format text", name));
    }
  }
  options.text.width = arguments.has("--output") ? std::nullopt : console.out_width;
  return options;
}

// Makes the mapping feasible; with --strict it must be so already.
Rectified make_feasible(const Arguments& arguments, const Program& program, const Mapping& asked) {
  RectifyResult result = rectify(*program.graph, program.chip, program.mode, asked);
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw InfeasibleFailure(fmt::format("simulate: {}", infeasible->message));
  }
  Rectified rectified = std::get<Rectified>(std::move(result));
  if (arguments.has("--strict") && !rectified.feasible_as_asked()) {
    const Demotion& first = rectified.demotions.front();
    const Refusal& why = first.refusals.front();
    throw InfeasibleFailure(fmt::format(
        "simulate: the mapping does not fit: \"{}\" asks for {} of {} at step {} (op \"{}\"), "
        "where "
        "{} are free; {} of {} decisions would be demoted, epsilon {:.4g}",
        program.graph->tensor(first.tensor).name, format(why.bytes_asked),
        program.chip.memories[why.memory].name, why.step, program.graph->op(OpId(why.step)).name,
        format(why.bytes_free), rectified.demotions.size(), program.graph->decisions().size(),
        rectified.epsilon.value()));
  }
  return rectified;
}

std::string render(const SimulationReport& report, const OutputOptions& options) {
  switch (options.format) {
    case Format::kJson:
      return pretty(to_json(report));
    case Format::kCsv:
      return to_csv(report, options.table);
    case Format::kText:
      break;
  }
  return to_text(report, options.text);
}

}  // namespace

void declare_simulate(Arguments& arguments) {
  declare_setup(arguments);
  arguments.add_value("--mapping", "MAPPING",
                      "FILE.yaml, all:MEMORY or heuristic:NAME\n(heuristic:native)");
  arguments.add_flag("--strict", "exit with 1 where the mapping does not fit\nas asked");
  declare_output(arguments);
  arguments.add_value("--table", "TABLE", "of csv: ops, tensors, memories or summary\n(ops)");
  arguments.add_flag("--timeline", "draw the run, for small networks");
  arguments.add_value("--ops", "N|all", "rows of ops in text, slowest first (10)");
  arguments.add_value("--tensors", "N|all", "rows of tensors in text (10)");
  arguments.add_value("--save-mapping", "FILE", "write the mapping as simulated");
}

void execute_simulate(const Arguments& arguments, const Console& console) {
  const OutputOptions options = output_options(arguments, console);
  const auto output = arguments.value("--output");
  const auto saved = arguments.value("--save-mapping");
  const std::string mapping = arguments.value("--mapping").value_or(kDefaultMapping);

  Setup setup(arguments);
  const Program& program = setup.program();
  setup.add("mapping", mapping, mapping, std::array{std::string("--mapping"), mapping});
  if (arguments.has("--strict")) {
    setup.add("strict", true, "", std::array{std::string("--strict")});
  } else {
    setup.add("strict", false, "", {});
  }
  setup.add("simulator", std::string(kDefaultSimulator), "", {});
  const Mapping asked = choose_mapping(arguments, program, mapping);
  if (options.timeline) {
    arguments.named([&] { check_timeline_fits(program); });
  }
  const Rectified rectified = make_feasible(arguments, program, asked);

  const std::unique_ptr<Simulator> simulator = make_simulator(kDefaultSimulator);
  EventRecorder events;
  const SimResult result =
      simulator->run(program, rectified.mapping, options.timeline ? &events : nullptr);
  const SimulationReport report =
      make_simulation_report(setup.header(), program, asked, rectified, result);
  std::string text = render(report, options);
  if (options.timeline) {
    text += "\nTimeline\n" + timeline(program, result, events, kTimelineColumns);
  }
  if (saved) {
    write_file(*saved, write_mapping(*program.graph, program.chip, rectified.mapping));
  }
  deliver(console, output, text);
}

}  // namespace memplace
