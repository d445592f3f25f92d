// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/compare_side.h"
#include "cli/setup.h"
#include "cli/value_set.h"
#include "optimizer/studies/settings/search_fields.h"
#include "report/comparison.h"
#include "report/describe.h"

namespace memplace {
namespace {

const std::array<std::string, 6> kComparisonTables{"ops",     "waits",  "memories", "moved",
                                                   "fetches", "summary"};  // of ComparisonTable

// A setting as people read it; "" where there is none.
std::string setting(const Json& config, const std::string& key) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) {
    return "";
  }
  if (!found->is_array()) {
    return found->is_string() ? found->get<std::string>() : one_line(*found);
  }
  std::string text;
  for (const Json& item : *found) {
    text +=
        (text.empty() ? "" : " ") + (item.is_string() ? item.get<std::string>() : one_line(item));
  }
  return text;
}

// ", planner joint", where it is not as usual.
std::string unusual_setting(const Json& config, const std::string& key, const std::string& usual) {
  const std::string value = setting(config, key);
  return value.empty() || value == usual ? "" : fmt::format(", {} {}", key, value);
}

// "native.json: resnet50 (int8) on nnpi, heuristic:native, 1 stream x 12 engines, 1 inference".
std::string fact_of(const Side& side, const SimulationReport& report) {
  const Json& config = report.header.config;
  const bool named = side.kind == SideKind::kResult || side.kind == SideKind::kRun;
  const std::string file = named ? side.text + ": " : "";
  std::string type = setting(config, "dtype");
  if (const std::string sizes = setting(config, "dim"); !sizes.empty()) {
    type += ' ' + sizes;
  }
  const std::string set = setting(config, "set");
  return fmt::format("{}{}{} on {}{}, {}{}{}, {}", file, setting(config, "workload"),
                     type.empty() ? "" : fmt::format(" ({})", type), setting(config, "chip"),
                     set.empty() ? "" : fmt::format(" with {}", set), setting(config, "mapping"),
                     unusual_setting(config, "places", places_names().front()),
                     unusual_setting(config, "planner", planner_names().front()),
                     summary_of(report.mode));
}

// The settings in which two configurations differ: "mapping, chip".
std::string differing_settings(const Json& a, const Json& b) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b.at(key) != value) {
      keys.push_back(key);
    }
  }
  return keys.empty() ? "nothing" : fmt::format("{}", fmt::join(keys, ", "));
}

RunHeader header_of(const Arguments& arguments, const Side& a, const Side& b,
                    const SimulationReport& before, const SimulationReport& after) {
  std::vector<std::string> words{"memplace", arguments.command(), a.text, b.text};
  for (const char* const name :
       {"--workload", "--chip", "--dtype", "--streams", "--engines-per-stream", "--inferences",
        "--model", "--mapping", "--places", "--planner"}) {
    if (const auto value = arguments.value(name)) {
      words.insert(words.end(), {name, *value});
    }
  }
  for (const char* const name : {"--set", "--dim", "--value"}) {
    for (const std::string& value : arguments.list(name)) {
      words.insert(words.end(), {name, value});
    }
  }
  if (arguments.has("--allow-unknown")) {
    words.emplace_back("--allow-unknown");
  }
  const auto config_of = [](const Side& side, const SimulationReport& report) {
    Json config{{"given", side.text}};
    config.update(report.header.config);
    return config;
  };
  return {version(),
          arguments.command(),
          {{"a", config_of(a, before)}, {"b", config_of(b, after)}},
          {{"A", fact_of(a, before)},
           {"B", fact_of(b, after)},
           {"differ in", differing_settings(before.header.config, after.header.config)}},
          shell_command(words)};
}

}  // namespace

void declare_compare(Arguments& arguments) {
  for (const char* const name : {"A", "B"}) {
    arguments.add_positional(name,
                             "result file of simulate --format json,\n"
                             "directory of a run, mapping as of simulate\n"
                             "--mapping, or chip:NAME|FILE[,PATH=VALUE...]",
                             compared_sides());
  }
  arguments.add_value("--workload", "WORKLOAD", "network that mappings or chips are\nsimulated on",
                      workloads());
  declare_chip(arguments);
  arguments.add_value("--mapping", "MAPPING", "of chips (heuristic:native)", placements());
  declare_fields<SimulationRequest>(arguments, select(simulation_fields(), {"places", "planner"}));
  declare_network_options(arguments);
  declare_mode(arguments);
  declare_fields<ProgramRequest>(arguments, select(program_fields(), {"model"}));
  declare_output(arguments);
  arguments.add_choice("--table", "TABLE", "of csv: {}", kComparisonTables);
  arguments.add_value("--ops", "N|all", "rows of ops and waits in text (10)");
  arguments.add_value("--tensors", "N|all", "rows of moved tensors in text (10)");
}

void execute_compare(const Arguments& arguments, const Console& console) {
  const auto options = report_options<ComparisonTable>(arguments, console);
  const auto output = arguments.value("--output");
  check_outputs(arguments, std::array<std::string, 1>{"--output"},
                std::array<std::string, 5>{"A", "B", "--workload", "--chip", "--mapping"});
  const Side a = choose_side(arguments, "A");
  const Side b = choose_side(arguments, "B");
  check_sides(arguments, a, b);
  SimulationReport before = report_of(arguments, a, b);
  SimulationReport after = report_of(arguments, b, a);
  RunHeader header = header_of(arguments, a, b, before, after);
  add_warnings(header, before.header.warnings);
  add_warnings(header, after.header.warnings);
  show_warnings(console, "compare", header.warnings);
  deliver(console, output,
          render(compare(std::move(header), std::move(before), std::move(after)), options));
}

}  // namespace memplace
