// SPDX-License-Identifier: Apache-2.0
// import and export: networks between ONNX files and graph files, and mappings for others.
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/file_kinds.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/mapping_choice.h"
#include "cli/setup.h"
#include "cli/value_set.h"
#include "optimizer/studies/loading/networks.h"
#include "report/placement_export.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {

void declare_import(Arguments& arguments) {
  arguments.add_positional("FILE", "an .onnx file", files_ending({".onnx"}));
  declare_network_options(arguments);
  arguments.add_value("-o,--output", "OUT", "graph file to write (.yaml)",
                      files_ending({".yaml", ".yml"}));
}

void execute_import(const Arguments& arguments, const Console& console) {
  const std::string file = arguments.required("FILE");
  const std::string output = arguments.required("--output");
  if (!is_onnx_file(file) && !is_standard_stream(file)) {
    throw arguments.error(fmt::format("got \"{}\", expected a file ending in .onnx", file));
  }
  if (!is_yaml_file(output)) {
    throw arguments.error(
        fmt::format("--output: got \"{}\", expected a file ending in .yaml", output));
  }
  ProgramRequest request;
  request.workload = file;
  take_fields(arguments, network_fields(), request);
  const LoadedNetwork network = import_network(request);
  show_warnings(console, "import", network.graph.warnings());
  write_file(output, write_graph_yaml(network.graph));
  deliver_beside(
      console, std::array{std::optional(output)},
      network.report + fmt::format("{}: {} ops written\n", output, network.graph.ops().size()));
}

void declare_export(Arguments& arguments) {
  arguments.add_positional("WORKLOAD", "a network, by name or file", workloads());
  declare_network_options(arguments);
  arguments.add_value("--onnx", "OUT", "write the network there (.onnx)", files_ending({".onnx"}));
  declare_chip(arguments);
  declare_mode(arguments);
  arguments.add_value("--mapping", "MAPPING", "as of simulate --mapping", placements());
  arguments.add_value("--csv", "OUT", "write the mapping there, a row a tensor",
                      files_ending({".csv"}));
  arguments.add_value("--hints", "OUT", "write the mapping there as placement hints of\nNNP-I",
                      files_ending({".csv"}));
}

namespace {

// What is about a mapping on a chip, and nothing to an .onnx file.
const std::array<std::string, 6> kMappingOptions{
    "--mapping", "--chip", "--set", "--streams", "--engines-per-stream", "--inferences"};

void export_mapping(const Arguments& arguments, const Console& console) {
  check_outputs(arguments, std::array<std::string, 2>{"--csv", "--hints"},
                std::array<std::string, 3>{"WORKLOAD", "--chip", "--mapping"});
  const std::string text = arguments.required("--mapping");
  const auto lowered = load_program(arguments, choose_request(arguments, program_fields()));
  const Program& program = *lowered;
  show_warnings(console, "export", program.graph().warnings());
  const Placement placement = choose_placement(arguments, program.problem, text, true);
  std::string report;
  const auto write = [&](const char* option,
                         std::string (*make)(const Program&, const Placement&)) {
    if (const auto output = arguments.value(option)) {
      write_file(*output, arguments.named([&] { return make(program, placement); }));
      report += fmt::format("{}: written\n", *output);
    }
  };
  write("--csv", placement_csv);
  write("--hints", placement_hints);
  const std::size_t fetches = count_fetches(program, placement);
  if (arguments.has("--hints") && fetches > 0) {
    console.err << fmt::format(
        "export: warning: hints are of homes alone; fetches that they cannot express: {}\n",
        fetches);
  }
  deliver_beside(console, std::array{arguments.value("--csv"), arguments.value("--hints")}, report);
}

}  // namespace

void execute_export(const Arguments& arguments, const Console& console) {
  const bool mapping = arguments.has("--csv") || arguments.has("--hints");
  if (!arguments.has("--onnx")) {
    if (!mapping) {
      throw arguments.error(
          "nothing to write: give --onnx, --csv or --hints; see memplace export --help");
    }
    export_mapping(arguments, console);
    return;
  }
  for (const char* const option : {"--csv", "--hints"}) {
    if (arguments.has(option)) {
      throw arguments.error(fmt::format("--onnx and {} cannot be given together", option));
    }
  }
  for (const std::string& option : kMappingOptions) {
    if (arguments.has(option)) {
      throw arguments.error(fmt::format("{} goes with --csv and --hints only", option));
    }
  }
  const std::string output = arguments.required("--onnx");
  if (!is_onnx_file(output) && !is_standard_stream(output)) {
    throw arguments.error(
        fmt::format("--onnx: got \"{}\", expected a file ending in .onnx", output));
  }
  check_outputs(arguments, std::array<std::string, 1>{"--onnx"},
                std::array<std::string, 1>{"WORKLOAD"});
  const Graph graph = load_graph(arguments, choose_request(arguments, network_fields()));
  show_warnings(console, "export", graph.warnings());
  save_onnx(graph, output);
  deliver_beside(console, std::array{std::optional(output)},
                 fmt::format("{}: {} ops written\n", output, graph.ops().size()));
}

}  // namespace memplace
