// SPDX-License-Identifier: Apache-2.0
#include "cli/compare_side.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file_kinds.h"
#include "base/files.h"
#include "base/split.h"
#include "cli/mapping_choice.h"
#include "cli/setup.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run_directory.h"
#include "optimizer/studies/run/run_request.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

constexpr std::string_view kChip = "chip:";
constexpr std::size_t kMostSideBytes = std::size_t{64} << 20;

bool is_network(const std::string& text) {
  const auto names = builtin_names();
  return is_onnx_file(text) ||
         std::find(names.begin(), names.end(), text.substr(0, text.find(':'))) != names.end();
}

// What a word that is no file was probably meant to be.
std::string suggestion(const std::string& text) {
  std::vector<std::string> known;
  for (const std::string& name : placement_heuristic_names()) {
    known.push_back("heuristic:" + name);
  }
  for (const std::string& name : chip_names()) {
    known.push_back(std::string(kChip) + name);
  }
  for (const std::string& name : known) {
    if (name.ends_with(':' + text)) {
      return fmt::format(" (did you mean \"{}\"?)", name);
    }
  }
  const std::string_view nearest = nearest_name(text, known);
  return nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest);
}

// The result in a file, or none where the file can only be a mapping.
std::optional<SimulationReport> read_result(const std::string& path) {
  const std::string content = read_file(path, kMostSideBytes);
  const std::size_t start = content.find_first_not_of(" \t\r\n");
  const bool braced = start != std::string::npos && content[start] == '{';
  if (is_json_file(path)) {
    const Json json = parse_json(content, path);
    const bool mapping = json.contains("tensors") || json.contains("default");
    if (mapping && !json.contains("memplace_version")) {
      return std::nullopt;
    }
  }
  if (is_yaml_file(path)) {
    const std::optional<Json> json = braced ? parse_json(content) : std::nullopt;
    if (!json || !json->contains("memplace_version")) {
      return std::nullopt;
    }
  }
  if (content.starts_with("memplace ")) {
    throw Error(
        fmt::format("{}: a result as text cannot be compared; write it with --format json", path));
  }
  if (!braced) {
    throw Error(fmt::format(
        "{}: neither a result of memplace simulate --format json nor a mapping (.yaml)", path));
  }
  return read_simulation_report(parse_json(content, path), path, version());
}

// What a result was simulated with, for `inherits`. Throws Error.
SimulationRequest request_of(const Side& side, const Side& inherits) {
  static const auto fields =
      select(simulation_fields(),
             {"workload", "dtype", "dim", "value", "allow_unknown", "chip", "set", "streams",
              "engines_per_stream", "inferences", "model", "mapping", "places", "planner"});
  SimulationRequest request;
  try {
    take_json<SimulationRequest>(side.result->header.config, fields, side.text + ": config.",
                                 request, true);
  } catch (const Error& mistake) {
    throw Error(fmt::format("{}, and {} is simulated with it", mistake.what(), inherits.name));
  }
  return request;
}

// Another chip may have other engines, and so uses all of its own.
void take_chip(const Arguments& arguments, const Side& side, SimulationRequest& request) {
  const bool other_chip = side.kind == SideKind::kChip || arguments.has("--chip");
  if (other_chip) {
    forget_chip(request);
  }
  const std::vector<std::string>& set = arguments.list("--set");
  request.overrides.insert(request.overrides.end(), set.begin(), set.end());
  if (side.kind != SideKind::kChip) {
    return;
  }
  const std::vector<std::string_view> parts =
      split(std::string_view(side.text).substr(kChip.size()), ',');
  request.chip_name = parts.front();
  request.overrides.insert(request.overrides.end(), parts.begin() + 1, parts.end());
}

// What a side that is no result stands for.
SimulationRequest request_for(const Arguments& arguments, const Side& side, const Side& other) {
  SimulationRequest request = other.run      ? *other.run
                              : other.result ? request_of(other, side)
                                             : SimulationRequest();
  if (arguments.has("--workload")) {
    request.workload = *arguments.value("--workload");
    request.dtype = DType::kInt8;
    forget_onnx(request);
  }
  take_chip(arguments, side, request);
  const std::vector<std::string> inherited = request.dims;
  static const auto fields =
      select(simulation_fields(),
             {"dtype", "dim", "value", "allow_unknown", "chip", "streams", "engines_per_stream",
              "inferences", "model", "mapping", "places", "planner"});
  take_fields<SimulationRequest>(arguments, fields, request);
  if (arguments.has("--dim")) {
    request.dims = merged_dims(request.dims, inherited);
  }
  if (side.kind == SideKind::kMapping) {
    request.mapping = side.text;
  }
  check_request(arguments, request);
  return request;
}

SimulationReport simulate(const Arguments& arguments, SimulationRequest request) {
  const auto lowered = load_program(arguments, request);
  const Program& program = *lowered;
  // A result says all of its mode.
  request.mode_choice = choice_of(program.mode(), program.chip());
  const Placement asked =
      choose_placement(arguments, program.problem, request.mapping, request.moving);
  PlacementRectifier rectifier(program.problem, request.planner);
  const RectifiedPlacement rectified = arguments.named([&] { return rectifier.rectify(asked); });
  return make_simulation_report(header_of("simulate", simulation_fields(), request, program),
                                program, asked, rectified,
                                make_simulator(request.model)->run(program, rectified.plan));
}

// A message about a side's simulation says which side it is.
std::string as_of_side(const Arguments& arguments, const Side& side, std::string message) {
  const std::string command = arguments.command() + ": ";
  if (message.starts_with(command)) {
    message.insert(command.size(), side.name + ": ");
  }
  return message;
}

}  // namespace

Side choose_side(const Arguments& arguments, const std::string& name) {
  Side side{name, SideKind::kMapping, arguments.required(name)};
  const std::string& text = side.text;
  if (names_run(text)) {
    side.kind = SideKind::kRun;
    side.run = best_of_run(text, version(), false);
    return side;
  }
  if (text.starts_with(kChip)) {
    side.kind = SideKind::kChip;
    return side;
  }
  if (text.starts_with("all:") || text.starts_with("heuristic:")) {
    return side;
  }
  if (is_network(text)) {
    throw arguments.error(
        fmt::format("{}: {} is a network; give it as --workload, or compare results of memplace "
                    "simulate --format json",
                    name, memplace::quoted(text)));
  }
  if (text.find_first_of("./") == std::string::npos && !is_standard_stream(text)) {
    throw arguments.error(fmt::format(
        "{}: got {}, expected a result file, the directory of a run, a mapping (FILE.yaml, "
        "FILE.json, all:MEMORY, heuristic:NAME) or chip:NAME{}",
        name, memplace::quoted(text), suggestion(text)));
  }
  side.result = read_result(text);
  side.kind = side.result ? SideKind::kResult : SideKind::kMapping;
  return side;
}

void check_sides(const Arguments& arguments, const Side& a, const Side& b) {
  const auto either = [&](SideKind kind) { return a.kind == kind || b.kind == kind; };
  if (either(SideKind::kMapping) && either(SideKind::kChip)) {
    const Side& chip = a.kind == SideKind::kChip ? a : b;
    throw arguments.error(fmt::format(
        "{} is a chip and {} a mapping; give two mappings and --chip, or two chips and --mapping",
        chip.name, a.kind == SideKind::kChip ? b.name : a.name));
  }
  const auto complete = [](const Side& side) {
    return side.kind == SideKind::kResult || side.kind == SideKind::kRun;
  };
  const bool both = complete(a) && complete(b);
  for (const char* const option :
       {"--workload", "--chip", "--set", "--dtype", "--dim", "--value", "--allow-unknown",
        "--streams", "--engines-per-stream", "--inferences", "--model", "--mapping", "--places",
        "--planner"}) {
    if (both && arguments.has(option)) {
      throw arguments.error(
          fmt::format("{} is for mappings and chips, and A and B are results or runs", option));
    }
  }
  if (arguments.has("--chip") && either(SideKind::kChip)) {
    throw arguments.error(
        fmt::format("--chip contradicts {}", a.kind == SideKind::kChip ? a.text : b.text));
  }
  if (arguments.has("--mapping") && either(SideKind::kMapping)) {
    throw arguments.error(
        fmt::format("--mapping contradicts {}", a.kind == SideKind::kMapping ? a.text : b.text));
  }
  if (!complete(a) && !complete(b) && !arguments.has("--workload")) {
    throw arguments.error(
        fmt::format("--workload is missing; see memplace {} --help", arguments.command()));
  }
}

SimulationReport report_of(const Arguments& arguments, const Side& side, const Side& other) {
  if (side.result) {
    return *side.result;
  }
  try {
    return simulate(arguments, side.run ? *side.run : request_for(arguments, side, other));
  } catch (const Error& mistake) {
    throw Error(as_of_side(arguments, side, mistake.what()));
  } catch (const InfeasibleFailure& failure) {
    throw InfeasibleFailure(as_of_side(arguments, side, failure.what()));
  }
}

}  // namespace memplace
