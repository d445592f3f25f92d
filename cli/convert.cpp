// SPDX-License-Identifier: Apache-2.0
// import and export: networks between ONNX files and graph files.
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/networks.h"
#include "cli/setup.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {

void declare_import(Arguments& arguments) {
  arguments.add_positional("FILE", "an .onnx file");
  declare_network_options(arguments);
  arguments.add_value("-o,--output", "OUT", "graph file to write (.yaml)");
}

void execute_import(const Arguments& arguments, const Console& console) {
  const std::string file = arguments.required("FILE");
  const std::string output = arguments.required("--output");
  if (!is_onnx_file(file)) {
    throw arguments.error(fmt::format("got \"{}\", expected a file ending in .onnx", file));
  }
  if (!output.ends_with(".yaml") && !output.ends_with(".yml")) {
    throw arguments.error(
        fmt::format("--output: got \"{}\", expected a file ending in .yaml", output));
  }
  const LoadedNetwork network = load_network(file, network_options(arguments));
  write_file(output, write_graph_yaml(network.graph));
  deliver(console, std::nullopt,
          network.report + fmt::format("{}: {} ops written\n", output, network.graph.ops().size()));
}

void declare_export(Arguments& arguments) {
  arguments.add_positional("WORKLOAD", "a network, by name or file");
  declare_network_options(arguments);
  arguments.add_value("--onnx", "OUT", "file to write (.onnx)");
}

void execute_export(const Arguments& arguments, const Console& console) {
  const std::string output = arguments.required("--onnx");
  if (!is_onnx_file(output)) {
    throw arguments.error(
        fmt::format("--onnx: got \"{}\", expected a file ending in .onnx", output));
  }
  check_kept(arguments, "--onnx", std::array<std::string, 1>{"WORKLOAD"});
  const ChosenWorkload chosen = choose_workload(arguments);
  save_onnx(*chosen.graph, output);
  deliver(console, std::nullopt,
          fmt::format("{}: {} ops written\n", output, chosen.graph->ops().size()));
}

}  // namespace memplace
