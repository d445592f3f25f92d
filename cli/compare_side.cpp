// SPDX-License-Identifier: Apache-2.0
#include "cli/compare_side.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "cli/console.h"
#include "cli/mapping_choice.h"
#include "cli/networks.h"
#include "cli/result_file.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/chip_reader.h"
#include "sim/mapping/rectify.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

constexpr std::string_view kChip = "chip:";
constexpr std::string_view kDefaultMapping = "heuristic:native";
constexpr std::string_view kInner = "simulate";  // the command that a side stands for
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

// Each with the key that simulate's configuration has for it.
constexpr std::array<std::pair<const char*, const char*>, 3> kModeOptions{
    std::pair{"--streams", "streams"}, std::pair{"--engines-per-stream", "engines_per_stream"},
    std::pair{"--inferences", "inferences"}};

bool is_yaml(const std::string& path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

bool is_network(const std::string& text) {
  const auto names = builtin_names();
  return is_onnx_file(text) ||
         std::find(names.begin(), names.end(), text.substr(0, text.find(':'))) != names.end();
}

// What a word that is no file was probably meant to be.
std::string suggestion(const std::string& text) {
  std::vector<std::string> known;
  for (const std::string& name : heuristic_names()) {
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
  const std::string content = read_file(path, kMostBytes);
  const std::size_t start = content.find_first_not_of(" \t\r\n");
  const bool braced = start != std::string::npos && content[start] == '{';
  if (is_yaml(path) &&
      !(braced && Json::accept(content) && Json::parse(content).contains("memplace_version"))) {
    return std::nullopt;
  }
  if (content.starts_with("memplace ") || content.starts_with("# memplace ")) {
    throw Error(fmt::format(
        "{}: a result as text or CSV cannot be compared; write it with --format json", path));
  }
  if (!braced) {
    throw Error(fmt::format(
        "{}: neither a result of memplace simulate --format json nor a mapping (.yaml)", path));
  }
  return read_simulation_report(parse_result(path, content), path, version());
}

// The words of a side as a command line of simulate.
class SideWords {
 public:
  SideWords(const Arguments& arguments, const Side& side, const Side& other)
      : arguments_(arguments), side_(side), other_(other) {
    add_workload();
    add_chip();
    add_mode();
    const auto model = arguments.value("--model");
    add("--model", model ? model : inherited("model"));
  }

  std::vector<std::string> words() const { return words_; }

  std::string mapping() const {
    if (side_.kind == SideKind::kMapping) {
      return side_.text;
    }
    const auto chosen = arguments_.value("--mapping");
    return chosen ? *chosen : inherited("mapping").value_or(std::string(kDefaultMapping));
  }

 private:
  // A setting of the other side's result; none where that is no result or has null there.
  std::optional<std::string> inherited(const std::string& key) const {
    if (!other_.result) {
      return std::nullopt;
    }
    const Json& config = other_.result->header.config;
    const auto found = config.find(key);
    if (found == config.end() || found->is_structured()) {
      throw Error(fmt::format("{}: config.{}: missing, and {} is simulated with it", other_.text,
                              key, side_.name));
    }
    if (found->is_null()) {
      return std::nullopt;
    }
    return found->is_string() ? found->get<std::string>() : one_line(*found);
  }

  void add(const std::string& option, const std::optional<std::string>& value) {
    if (value) {
      words_.insert(words_.end(), {option, *value});
    }
  }

  void add_workload() {
    const auto workload = arguments_.value("--workload");
    words_.push_back(workload ? *workload : inherited("workload").value_or(""));
    const auto type = arguments_.value("--dtype");
    add("--dtype", type || workload ? type : inherited("dtype"));
    const Json none = Json::object();
    const Json& config = workload || !other_.result ? none : other_.result->header.config;
    add_dims(config);
    if (arguments_.has("--allow-unknown") || config.value("allow_unknown", Json(false)) == true) {
      words_.emplace_back("--allow-unknown");
    }
  }

  // Those given here, and those of the other side's configuration for axes that are not.
  void add_dims(const Json& config) {
    const std::vector<std::string>& given = arguments_.list("--dim");
    const auto axis = [](const std::string& dim) { return dim.substr(0, dim.rfind('=')); };
    for (const Json& item : config.value("dim", Json::array())) {
      const std::string dim = item.is_string() ? item.get<std::string>() : one_line(item);
      if (std::none_of(given.begin(), given.end(),
                       [&](const std::string& other) { return axis(other) == axis(dim); })) {
        add("--dim", dim);
      }
    }
    for (const std::string& dim : given) {
      add("--dim", dim);
    }
  }

  void add_chip() {
    if (side_.kind == SideKind::kChip) {
      std::string rest = side_.text.substr(kChip.size());
      const std::size_t comma = std::min(rest.find(','), rest.size());
      add("--chip", rest.substr(0, comma));
      for (const std::string& setting : arguments_.list("--set")) {
        add("--set", setting);
      }
      rest.erase(0, comma);
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(',', 1), rest.size());
        add("--set", rest.substr(1, end - 1));
        rest.erase(0, end);
      }
      return;
    }
    const auto chip = arguments_.value("--chip");
    add("--chip", chip ? chip : inherited("chip"));
    if (!chip && other_.result) {
      const Json& config = other_.result->header.config;
      for (const Json& setting : config.value("set", Json::array())) {
        add("--set", setting.is_string() ? setting.get<std::string>() : one_line(setting));
      }
    }
    for (const std::string& setting : arguments_.list("--set")) {
      add("--set", setting);
    }
  }

  // Another chip may have other engines, and so uses all of its own.
  void add_mode() {
    const bool same_chip = side_.kind == SideKind::kMapping && !arguments_.has("--chip");
    for (const auto& [option, key] : kModeOptions) {
      const auto value = arguments_.value(option);
      const bool inherits = same_chip || option != std::string_view("--engines-per-stream");
      add(option, value || !inherits ? value : inherited(key));
    }
  }

  const Arguments& arguments_;
  const Side& side_;
  const Side& other_;
  std::vector<std::string> words_;
};

Rectified make_feasible(const Program& program, const Mapping& asked) {
  RectifyResult result = rectify(*program.graph, program.chip, program.mode, asked);
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw InfeasibleFailure(fmt::format("{}: {}", kInner, infeasible->message));
  }
  return std::get<Rectified>(std::move(result));
}

SimulationReport simulate(const SideWords& side) {
  CLI::App app("", std::string(kInner));
  Arguments arguments(app);
  declare_setup(arguments);
  std::vector<std::string> words = side.words();
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw arguments.error(error.what());
  }
  arguments.check();
  Setup setup(arguments);
  const std::string mapping = side.mapping();
  setup.add("mapping", mapping, mapping, std::array{std::string("--mapping"), mapping});
  setup.add("strict", false, "", {});
  add_allocator(setup, false);
  const Program& program = setup.program();
  const Mapping asked = choose_mapping(arguments, program, mapping);
  const Rectified rectified = make_feasible(program, asked);
  return make_simulation_report(setup.header(), program, asked, rectified,
                                make_simulator(setup.model())->run(program, rectified.mapping));
}

// A message about a side's simulation as one of this command.
std::string as_of_side(const Arguments& arguments, const Side& side, std::string message) {
  const std::string inner = std::string(kInner) + ": ";
  if (message.starts_with(inner)) {
    message.replace(0, inner.size(), fmt::format("{}: {}: ", arguments.command(), side.name));
  }
  return message;
}

}  // namespace

Side choose_side(const Arguments& arguments, const std::string& name) {
  Side side{name, SideKind::kMapping, arguments.required(name), std::nullopt};
  const std::string& text = side.text;
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
  if (text.find_first_of("./") == std::string::npos) {
    throw arguments.error(fmt::format(
        "{}: got {}, expected a result file, a mapping (FILE.yaml, all:MEMORY, heuristic:NAME) or "
        "chip:NAME{}",
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
  const bool results = a.kind == SideKind::kResult && b.kind == SideKind::kResult;
  for (const char* const option :
       {"--workload", "--chip", "--set", "--dtype", "--dim", "--allow-unknown", "--streams",
        "--engines-per-stream", "--inferences", "--model", "--mapping"}) {
    if (results && arguments.has(option)) {
      throw arguments.error(
          fmt::format("{} is for what is simulated, and A and B are both results", option));
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
  if (!either(SideKind::kResult) && !arguments.has("--workload")) {
    throw arguments.error(
        fmt::format("--workload is missing; see memplace {} --help", arguments.command()));
  }
}

SimulationReport report_of(const Arguments& arguments, const Side& side, const Side& other) {
  if (side.result) {
    return *side.result;
  }
  try {
    return simulate(SideWords(arguments, side, other));
  } catch (const Error& mistake) {
    throw Error(as_of_side(arguments, side, mistake.what()));
  } catch (const InfeasibleFailure& failure) {
    throw InfeasibleFailure(as_of_side(arguments, side, failure.what()));
  }
}

}  // namespace memplace
