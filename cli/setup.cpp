// SPDX-License-Identifier: Apache-2.0
#include "cli/setup.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "base/file_kinds.h"
#include "base/files.h"
#include "base/prefix.h"
#include "cli/value_set.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/run/run_config.h"
#include "optimizer/studies/run/run_directory.h"
#include "report/describe.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

constexpr std::int64_t kMostThreads = 1024;

}  // namespace

std::span<const RequestField<ProgramRequest>> program_fields() {
  static const std::vector<RequestField<ProgramRequest>> fields = program_fields<ProgramRequest>();
  return fields;
}

std::span<const RequestField<ProgramRequest>> network_fields() {
  static const auto fields =
      select(program_fields(), {"workload", "dtype", "dim", "value", "allow_unknown"});
  return fields;
}

void declare_chip(Arguments& arguments) {
  declare_fields<ProgramRequest>(arguments, select(program_fields(), {"chip", "set"}));
}

void declare_network_options(Arguments& arguments) { declare_fields(arguments, network_fields()); }

void declare_mode(Arguments& arguments) {
  declare_fields<ProgramRequest>(
      arguments, select(program_fields(), {"streams", "engines_per_stream", "inferences"}));
}

void declare_program(Arguments& arguments) {
  arguments.add_positional("WORKLOAD", find_field(program_fields(), "workload").help, workloads());
  declare_chip(arguments);
  declare_network_options(arguments);
  declare_mode(arguments);
  declare_fields<ProgramRequest>(arguments, select(program_fields(), {"model"}));
}

void declare_output(Arguments& arguments) {
  arguments.add_choice("--format", "FORMAT", "{}",
                       std::array<std::string, 3>{"text", "json", "csv"});
  arguments.add_value("-o,--output", "FILE", "write there instead of standard output", any_file());
}

void check_request(const Arguments& arguments, const ProgramRequest& request) {
  check_one_reads_input(arguments);
  const std::string& spec = request.workload;
  const bool onnx = is_onnx_file(spec);
  for (const OnnxSetting& setting : onnx_settings(request)) {
    if (!onnx && setting.given) {
      throw arguments.error(
          fmt::format("{} is for .onnx files, and {} is none", setting.flag, spec));
    }
  }
  if (is_yaml_file(spec) && arguments.declares("--dtype") && arguments.has("--dtype")) {
    throw arguments.error(fmt::format(
        "--dtype is for built-in networks; {} gives each tensor a type of its own", spec));
  }
  if (!onnx && !is_yaml_file(spec) &&
      spec.substr(0, spec.find(':')).find_first_of("./") != std::string::npos) {
    throw arguments.error(
        fmt::format("got {}, expected the name of a network or a file ending in .yaml or .onnx",
                    memplace::quoted(spec)));
  }
  check_model(arguments, request.model);
}

bool names_run(const std::string& text) {
  const auto names = builtin_names();
  return !is_standard_stream(text) && std::find(names.begin(), names.end(), text) == names.end() &&
         holds_run(text);
}

Graph load_graph(const Arguments& arguments, const ProgramRequest& request) {
  const auto load = [&] { return load_network(request).graph; };
  // What is wrong in a file is named by the file.
  return is_yaml_file(request.workload) || is_onnx_file(request.workload) ? load()
                                                                          : arguments.named(load);
}

Chip load_chip(const Arguments& arguments, const ProgramRequest& request) {
  const auto load = [&] { return load_chip(request.chip_name, request.overrides); };
  return is_yaml_path(request.chip_name) ? load() : arguments.named(load);
}

std::shared_ptr<const Program> lower_for(const Arguments& arguments, Problem problem) {
  try {
    return std::make_shared<const Program>(lower(std::move(problem)));
  } catch (const Error& mistake) {
    throw Error(with_prefix(arguments.command(), mistake.what()));
  }
}

Problem load_problem(const Arguments& arguments, const ProgramRequest& request) {
  Graph graph = load_graph(arguments, request);
  Chip chip = load_chip(arguments, request);
  const Mode mode = arguments.named([&] { return resolve_mode(chip, request.mode_choice); });
  return {std::move(graph), std::move(chip), mode};
}

std::string type_of(const ProgramRequest& request) {
  return is_yaml_file(request.workload) ? "types of its own" : std::string(name_of(request.dtype));
}

RunHeader header_of(const std::string& command, const ProgramRequest& request, Settings settings,
                    const Program& program) {
  const Graph& graph = program.graph();
  std::vector<std::pair<std::string, std::string>> facts{
      {"workload", fmt::format("{} ({}): {}", graph.name(), type_of(request), summary_of(graph))},
      {"chip", fmt::format("{}: {}", program.chip().name, summary_of(program.chip()))}};
  auto rest = settings.facts.begin();
  if (rest != settings.facts.end() && rest->first == "set") {
    facts.push_back(*rest++);
  }
  facts.emplace_back("mode", summary_of(program.mode()));
  facts.insert(facts.end(), rest, settings.facts.end());
  settings.facts = std::move(facts);
  RunHeader header = plain_header(command, request.workload, std::move(settings));
  add_warnings(header, graph.warnings());
  return header;
}

void show_warnings(const Console& console, const std::string& command,
                   std::span<const std::string> warnings) {
  for (const std::string& text : warnings) {
    console.err << fmt::format("{}: warning: {}\n", command, printable(text)) << std::flush;
  }
}

RunHeader plain_header(const std::string& command, const std::string& subject, Settings settings) {
  std::vector<std::string> words{"memplace", command, subject};
  words.insert(words.end(), settings.words.begin(), settings.words.end());
  return {version(), command, std::move(settings.config), std::move(settings.facts),
          shell_command(words)};
}

void add_flag(RunHeader& header, const std::string& name) {
  header.config[name] = true;
  header.again += " --" + name;
}

namespace {

namespace fs = std::filesystem;

// What two names of one file have in common; nothing of what may be written by several (/dev/null).
std::optional<std::string> identity_of(const std::string& file) {
  if (is_standard_stream(file)) {
    return file;
  }
  std::error_code unknown;
  const fs::file_status status = fs::status(file, unknown);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return std::nullopt;
  }
  return fs::weakly_canonical(fs::absolute(file, unknown), unknown).string();
}

void check_not_read(const Arguments& arguments, const std::string& output, const std::string& file,
                    std::span<const std::string> inputs) {
  for (const std::string& input : inputs) {
    for (const std::string& read : arguments.list(input)) {
      std::error_code missing;
      if (fs::equivalent(file, read, missing)) {
        throw arguments.error(fmt::format("{} {} would overwrite what is read as {}", output,
                                          memplace::quoted(file), input));
      }
    }
  }
}

// Nobody shall learn of it after hours. What is to be in a directory that does not exist yet has to
// wait.
void check_can_be_written(const Arguments& arguments, const std::string& file) {
  const bool later = arguments.declares("--out") && arguments.has("--out") &&
                     is_inside(file, *arguments.value("--out"));
  if (!later) {
    const FileWriter trial(file);
  }
}

}  // namespace

void check_outputs(const Arguments& arguments, std::span<const std::string> outputs,
                   std::span<const std::string> inputs) {
  std::map<std::string, std::string> option_of;
  for (const std::string& output : outputs) {
    const bool result = output == "--output";
    const auto file = result ? arguments.value(output).value_or("-") : arguments.value(output);
    if (!file) {
      continue;
    }
    check_not_read(arguments, output, *file, inputs);
    if (const auto identity = identity_of(*file)) {
      const auto [other, is_new] = option_of.emplace(*identity, output);
      if (!is_new && is_standard_stream(*file) && other->second == "--output") {
        throw arguments.error(fmt::format(
            "{} and the result would both go to standard output; give the result a file with "
            "--output",
            output));
      }
      if (!is_new) {
        throw arguments.error(
            fmt::format("{} and {} both name {}", other->second, output, memplace::quoted(*file)));
      }
    }
  }
  for (const std::string& output : outputs) {
    if (const auto file = arguments.value(output)) {
      check_can_be_written(arguments, *file);
    }
  }
}

void check_one_reads_input(const Arguments& arguments) {
  std::string first;
  for (const char* const name :
       {"WORKLOAD", "--workload", "A", "B", "--chip", "--mapping", "--init", "--policy-in"}) {
    const auto given = arguments.declares(name) ? arguments.value(name) : std::nullopt;
    if (!given || !is_standard_stream(*given)) {
      continue;
    }
    if (!first.empty()) {
      throw arguments.error(fmt::format("{} and {} both read standard input", first, name));
    }
    first = name;
  }
}

std::optional<std::string> choose_resumed(const Arguments& arguments) {
  auto resumed = arguments.value("--resume");
  for (const char* const name : {"SPEC", "--out"}) {
    if (resumed.has_value() && arguments.has(name)) {
      throw arguments.error(fmt::format("{} and --resume exclude each other", name));
    }
  }
  return resumed;
}

void check_kept_files(const Arguments& arguments, const std::string& output,
                      std::span<const std::string> files) {
  for (const std::string& file : files) {
    std::error_code missing;
    if (std::filesystem::equivalent(output, file, missing)) {
      throw arguments.error(fmt::format("--output {} would overwrite {}, which is read",
                                        memplace::quoted(output), memplace::quoted(file)));
    }
  }
}

void check_outside(const Arguments& arguments, const std::string& output,
                   const std::string& directory, const std::string& owner) {
  if (is_inside(output, directory)) {
    throw arguments.error(fmt::format("--output {} is in {}, where the {} keeps its files",
                                      memplace::quoted(output), memplace::quoted(directory),
                                      owner));
  }
}

std::size_t thread_count(const Arguments& arguments) {
  const std::int64_t processors = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(
      arguments.integer("--threads", 1, kMostThreads).value_or(processors));
}

std::size_t thread_count(const Arguments& arguments, const Ranks& ranks) {
  return ranks.launched() && !arguments.has("--threads") ? 1 : thread_count(arguments);
}

void check_model(const Arguments& arguments, const std::string& model) {
  arguments.named([&] { check_model(model, "--model "); });
}

Format choose_format(const Arguments& arguments) {
  return static_cast<Format>(arguments.choice("--format"));
}

ReportOptions<std::size_t> report_options(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  if (arguments.has("--table") && format != Format::kCsv) {
    throw arguments.error("--table needs --format csv");
  }
  const TextOptions text{arguments.has("--output") ? std::nullopt : console.out_width,
                         arguments.count_or_all("--ops", kRowsShown),
                         arguments.count_or_all("--tensors", kRowsShown)};
  for (const char* const name : {"--ops", "--tensors"}) {
    if (arguments.has(name) && format != Format::kText) {
      throw arguments.error(fmt::format("{} needs --format text", name));
    }
  }
  return {format, arguments.choice("--table"), text};
}

std::string version() { return MEMPLACE_VERSION; }

}  // namespace memplace
