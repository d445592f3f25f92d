// SPDX-License-Identifier: Apache-2.0
#include "report/describe.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/yaml_reader.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "optimizer/studies/loading/networks.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

// Files are told apart by their first key.
bool is_chip_file(const std::string& path) {
  const YamlDocument document = YamlDocument::from_file(path);
  const YamlValue root = document.root();
  if (!root.is_map()) {
    throw root.error("expected a map with the key \"chip\" or \"graph\"");
  }
  for (const auto& [key, value] : root.entries()) {
    if (const std::string name = key.as_string(); name == "chip" || name == "graph") {
      return name == "chip";
    }
  }
  throw root.error("neither a chip nor a network: expected the key \"chip\" or \"graph\"");
}

bool is_chip(const Arguments& arguments, const std::string& what) {
  if (is_onnx_file(what)) {
    return false;
  }
  if (is_yaml_path(what)) {
    return is_chip_file(what);
  }
  std::vector<std::string> names = chip_names();
  if (std::find(names.begin(), names.end(), what) != names.end()) {
    return true;
  }
  const std::string name = what.substr(0, what.find(':'));
  const auto networks = builtin_names();
  if (std::find(networks.begin(), networks.end(), name) == networks.end()) {
    names.insert(names.begin(), networks.begin(), networks.end());
    throw arguments.error(unknown_name_message("workload or chip", name, names));
  }
  return false;
}

void describe_chip(const Arguments& arguments, const Console& console, const std::string& what) {
  for (const char* const name : {"--dtype", "--dim", "--value", "--allow-unknown", "--ops"}) {
    if (arguments.has(name)) {
      throw arguments.error(fmt::format("{} is for networks, and {} is a chip", name, what));
    }
  }
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  ProgramRequest request;
  take_fields(arguments, program_fields(), request);
  request.chip_name = what;
  const Chip chip = load_chip(arguments, request);
  ProgramRequest usual;
  usual.chip_name = what;
  Settings settings =
      settings_of<ProgramRequest>(select(program_fields(), {"chip", "set"}), request, usual);
  settings.facts = {{"chip", fmt::format("{}: {}", chip.name, summary_of(chip))}};
  const RunHeader header = plain_header("describe", what, std::move(settings));
  deliver(console, output,
          format == Format::kJson ? pretty(describe_json(header, chip))
          : format == Format::kCsv
              ? describe_csv(chip)
              : describe_text(header, chip, output ? std::nullopt : console.out_width));
}

void describe_workload(const Arguments& arguments, const Console& console) {
  if (!arguments.list("--set").empty()) {
    throw arguments.error(
        fmt::format("--set is for chips, and {} is a network", arguments.required("WORKLOAD")));
  }
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const auto ops = arguments.count_or_all("--ops", kRowsShown);
  const ProgramRequest request = choose_request(arguments, network_fields());
  const Graph graph = load_graph(arguments, request);
  Settings settings = settings_of(network_fields(), request);
  settings.facts = {
      {"workload", fmt::format("{} ({}): {}", graph.name(), type_of(request), summary_of(graph))}};
  RunHeader header = plain_header("describe", request.workload, std::move(settings));
  add_warnings(header, graph.warnings());
  show_warnings(console, "describe", graph.warnings());
  deliver(console, output,
          format == Format::kJson ? pretty(describe_json(header, graph))
          : format == Format::kCsv
              ? describe_csv(graph)
              : describe_text(header, graph, output ? std::nullopt : console.out_width, ops));
}

}  // namespace

void declare_describe(Arguments& arguments) {
  arguments.add_positional("WORKLOAD", "a network or a chip, by name or file (.yaml\nor .onnx)",
                           workloads_or_chips());
  declare_network_options(arguments);
  declare_fields<ProgramRequest>(arguments, select(program_fields(), {"set"}));
  declare_output(arguments);
  arguments.add_value("--ops", "N|all", "rows of ops in text, most work first (10)");
}

void execute_describe(const Arguments& arguments, const Console& console) {
  const std::string what = arguments.required("WORKLOAD");
  check_outputs(arguments, std::array<std::string, 1>{"--output"},
                std::array<std::string, 1>{"WORKLOAD"});
  if (is_chip(arguments, what)) {
    describe_chip(arguments, console, what);
  } else {
    describe_workload(arguments, console);
  }
}

}  // namespace memplace
