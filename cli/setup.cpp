// SPDX-License-Identifier: Apache-2.0
#include "cli/setup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/simulators.h"
#include "optimizer/run_config.h"
#include "report/describe.h"
#include "sim/chip/chip_reader.h"
#include "workloads/workload.h"

namespace memplace {
namespace {

constexpr std::int64_t kMostThreads = 1024;

constexpr std::array<DType, 3> kDTypes{DType::kInt8, DType::kFp16, DType::kFp32};

bool is_graph_file(const std::string& spec) {
  return spec.ends_with(".yaml") || spec.ends_with(".yml");
}

}  // namespace

void declare_chip(Arguments& arguments) {
  arguments.add_value("--chip", "NAME|FILE", "chip, built in or a .yaml file (nnpi)", chips());
  arguments.add_list("--set", "PATH=VALUE",
                     "change a number of the chip, as in\n"
                     "memories.sram.capacity=8MiB; repeatable",
                     chip_parameters());
}

void declare_network_options(Arguments& arguments) {
  std::vector<std::string> names;
  names.reserve(kDTypes.size());
  for (const DType type : kDTypes) {
    names.emplace_back(name_of(type));
  }
  arguments.add_choice("--dtype", "TYPE",
                       "{}: of a built-in network, or what floats of an .onnx file cost", names);
  arguments.add_list("--dim", "NAME=N", "size of a symbolic axis of an .onnx file;\nrepeatable");
  arguments.add_flag("--allow-unknown",
                     "take unknown operators of an .onnx file for\nelementwise ones");
}

NetworkOptions network_options(const Arguments& arguments) {
  NetworkOptions options;
  options.dtype = kDTypes[arguments.choice("--dtype")];
  options.allow_unknown = arguments.has("--allow-unknown");
  for (const std::string& text : arguments.list("--dim")) {
    const std::size_t equals = text.rfind('=');
    std::int64_t size = 0;
    const char* const end = text.data() + text.size();
    const bool valid = equals != std::string::npos && equals > 0 &&
                       std::from_chars(text.data() + equals + 1, end, size).ptr == end &&
                       equals + 1 < text.size() && size >= 1;
    if (!valid) {
      throw arguments.error(
          fmt::format("--dim: got \"{}\", expected NAME=N with N of at least 1", text));
    }
    if (!options.dims.emplace(text.substr(0, equals), size).second) {
      throw arguments.error(fmt::format("--dim {} is given twice", text.substr(0, equals)));
    }
  }
  return options;
}

void declare_setup(Arguments& arguments) {
  arguments.add_positional(
      "WORKLOAD", "built-in NAME[:KEY=VALUE,...], a graph file\n(.yaml) or a model (.onnx)",
      workloads());
  declare_chip(arguments);
  declare_network_options(arguments);
  declare_mode(arguments);
  declare_model(arguments);
}

void declare_mode(Arguments& arguments) {
  arguments.add_value("--streams", "N", "networks running at once (1)");
  arguments.add_value("--engines-per-stream", "N", "engines each of them has (all, divided)");
  arguments.add_value("--inferences", "N",
                      "inferences each runs back to back\n(1 for one stream, else 8)");
}

void declare_allocator(Arguments& arguments) {
  arguments.add_choice("--allocator", "ALLOCATOR", "looks for addresses: {}, which searches",
                       allocator_names());
}

bool wants_exact_allocator(const Arguments& arguments) {
  return arguments.choice("--allocator") == 1;
}

void declare_output(Arguments& arguments) {
  arguments.add_choice("--format", "FORMAT", "{}",
                       std::array<std::string, 3>{"text", "json", "csv"});
  arguments.add_value("-o,--output", "FILE", "write there instead of standard output", any_file());
}

ChosenWorkload name_workload(const std::string& spec, DType dtype,
                             std::span<const std::string> dims, bool allow_unknown) {
  ChosenWorkload chosen;
  chosen.spec = spec;
  chosen.config = {{"workload", spec}, {"dtype", nullptr}};
  if (is_graph_file(spec)) {
    return chosen;
  }
  chosen.dtype = dtype;
  chosen.config["dtype"] = name_of(dtype);
  chosen.words = {"--dtype", std::string(name_of(dtype))};
  if (is_onnx_file(spec)) {
    chosen.config["dim"] = Json::array();
    chosen.config["allow_unknown"] = allow_unknown;
  }
  for (const std::string& text : dims) {
    chosen.config["dim"].push_back(text);
    chosen.words.insert(chosen.words.end(), {"--dim", text});
  }
  if (allow_unknown) {
    chosen.words.emplace_back("--allow-unknown");
  }
  return chosen;
}

ChosenWorkload choose_workload(const Arguments& arguments) {
  return choose_workload(arguments, arguments.required("WORKLOAD"));
}

ChosenWorkload choose_workload(const Arguments& arguments, const std::string& spec) {
  const bool onnx = is_onnx_file(spec);
  for (const std::string& name : {std::string("--dim"), std::string("--allow-unknown")}) {
    if (!onnx && arguments.has(name)) {
      throw arguments.error(fmt::format("{} is for .onnx files, and {} is none", name, spec));
    }
  }
  if (is_graph_file(spec)) {
    if (arguments.has("--dtype")) {
      throw arguments.error(fmt::format(
          "--dtype is for built-in networks; {} gives each tensor a type of its own", spec));
    }
    ChosenWorkload chosen = name_workload(spec, DType::kInt8, {}, false);
    chosen.graph = std::make_shared<const Graph>(load_workload(spec, DType::kInt8));
    return chosen;
  }
  const std::string network = spec.substr(0, spec.find(':'));
  if (!onnx && network.find_first_of("./") != std::string::npos) {
    throw arguments.error(
        fmt::format("got {}, expected the name of a network or a file ending in .yaml or .onnx",
                    memplace::quoted(spec)));
  }
  const NetworkOptions options = network_options(arguments);
  std::vector<std::string> dims;
  dims.reserve(options.dims.size());
  for (const auto& [name, size] : options.dims) {
    dims.push_back(fmt::format("{}={}", name, size));
  }
  ChosenWorkload chosen = name_workload(spec, options.dtype, dims, options.allow_unknown);
  const auto load = [&] {
    return std::make_shared<const Graph>(load_network(spec, options).graph);
  };
  chosen.graph = onnx ? load() : arguments.named(load);
  return chosen;
}

void check_kept(const Arguments& arguments, const std::string& output,
                std::span<const std::string> inputs) {
  const auto written = arguments.value(output);
  for (const std::string& input : inputs) {
    for (const std::string& read : arguments.list(input)) {
      std::error_code missing;
      if (written && std::filesystem::equivalent(*written, read, missing)) {
        throw arguments.error(fmt::format("{} {} would overwrite what is read as {}", output,
                                          memplace::quoted(*written), input));
      }
    }
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

std::string type_of(const ChosenWorkload& workload) {
  return workload.dtype ? std::string(name_of(*workload.dtype)) : "types of its own";
}

Chip choose_chip(const Arguments& arguments, const std::string& name_or_path) {
  if (is_graph_file(name_or_path) || name_or_path.find('/') != std::string::npos) {
    return load_chip(name_or_path, arguments.list("--set"));
  }
  return arguments.named([&] { return load_chip(name_or_path, arguments.list("--set")); });
}

std::size_t thread_count(const Arguments& arguments) {
  const std::int64_t processors = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(
      arguments.integer("--threads", 1, kMostThreads).value_or(processors));
}

std::size_t thread_count(const Arguments& arguments, const Ranks& ranks) {
  return ranks.launched() && !arguments.has("--threads") ? 1 : thread_count(arguments);
}

Format choose_format(const Arguments& arguments) {
  return static_cast<Format>(arguments.choice("--format"));
}

std::string version() { return MEMPLACE_VERSION; }

Mode choose_mode(const Arguments& arguments, const Chip& chip) {
  const auto streams = arguments.whole_number("--streams");
  const auto engines = arguments.whole_number("--engines-per-stream");
  const auto inferences = arguments.whole_number("--inferences");
  return arguments.named([&] { return resolve_mode(chip, streams, engines, inferences); });
}

Choices choose_program(const Arguments& arguments) {
  Choices choices;
  choices.model = kDefaultModel;
  choices.workload = choose_workload(arguments);
  choices.chip_name = arguments.value("--chip").value_or(kDefaultChip);
  choices.overrides = arguments.list("--set");
  choices.chip = choose_chip(arguments, choices.chip_name);
  choices.mode = choose_mode(arguments, choices.chip);
  return choices;
}

namespace {

Choices choose(const Arguments& arguments) {
  const std::string model = choose_model(arguments);
  Choices choices = choose_program(arguments);
  choices.model = model;
  return choices;
}

std::shared_ptr<const Program> lower_for(const std::string& command, const Choices& choices) {
  try {
    return std::make_shared<const Program>(
        lower(choices.workload.graph, choices.chip, choices.mode));
  } catch (const Error& mistake) {
    throw Error(fmt::format("{}: {}", command, mistake.what()));
  }
}

}  // namespace

Setup::Setup(const Arguments& arguments) : Setup(arguments.command(), choose(arguments)) {}

Setup::Setup(const std::string& command, Choices choices)
    : command_(command), choices_(std::move(choices)), program_(lower_for(command, choices_)) {
  const ChosenWorkload& workload = choices_.workload;
  const std::string& chip_name = choices_.chip_name;
  const Chip& chip = choices_.chip;
  const Mode& mode = choices_.mode;
  config_ = workload.config;
  facts_.emplace_back("workload", fmt::format("{} ({}): {}", workload.graph->name(),
                                              type_of(workload), summary_of(*workload.graph)));
  words_ = {"memplace", command_, workload.spec};
  words_.insert(words_.end(), workload.words.begin(), workload.words.end());
  const std::vector<std::string>& overrides = choices_.overrides;
  std::vector<std::string> chip_words{"--chip", chip_name};
  for (const std::string& text : overrides) {
    chip_words.insert(chip_words.end(), {"--set", text});
  }
  add("chip", chip_name, fmt::format("{}: {}", chip.name, summary_of(chip)), chip_words);
  add("set", overrides, fmt::format("{}", fmt::join(overrides, " ")), {});
  add("streams", mode.streams, "",
      std::array{std::string("--streams"), std::to_string(mode.streams)});
  add("engines_per_stream", mode.engines_per_stream, "",
      std::array{std::string("--engines-per-stream"), std::to_string(mode.engines_per_stream)});
  add("inferences", mode.inferences, "",
      std::array{std::string("--inferences"), std::to_string(mode.inferences)});
  facts_.emplace_back("mode", summary_of(mode));
  if (model() == kDefaultModel) {
    add("model", model(), "", {});
  } else {
    add("model", model(), model(), std::array{std::string("--model"), model()});
  }
}

RunHeader Setup::header() const {
  return {version(), command_, config_, facts_, shell_command(words_)};
}

void Setup::add(const std::string& key, Json value, const std::string& fact,
                std::span<const std::string> words) {
  config_[key] = std::move(value);
  add_fact(key, fact);
  words_.insert(words_.end(), words.begin(), words.end());
}

void Setup::add_fact(const std::string& key, const std::string& fact) {
  if (!fact.empty()) {
    facts_.emplace_back(key, fact);
  }
}

void add_allocator(Setup& setup, bool exact) {
  const std::string& name = allocator_names().at(exact ? 1 : 0);
  if (exact) {
    setup.add("allocator", name, "exact", std::array{std::string("--allocator"), name});
  } else {
    setup.add("allocator", name, "", {});
  }
}

}  // namespace memplace
