// SPDX-License-Identifier: Apache-2.0
#include "cli/setup.h"

#include <array>

#include <fmt/format.h>

#include "report/describe.h"
#include "sim/chip/chip_reader.h"
#include "workloads/workload.h"

namespace memplace {
namespace {

constexpr const char* kDefaultChip = "nnpi";

constexpr std::array<DType, 3> kDTypes{DType::kInt8, DType::kFp16, DType::kFp32};

bool is_graph_file(const std::string& spec) {
  return spec.ends_with(".yaml") || spec.ends_with(".yml");
}

}  // namespace

void declare_chip(Arguments& arguments) {
  arguments.add_value("--chip", "NAME|FILE", "chip, built in or a .yaml file (nnpi)");
  arguments.add_list("--set", "PATH=VALUE",
                     "change a number of the chip, as in\n"
                     "memories.sram.capacity=8MiB; repeatable");
}

void declare_dtype(Arguments& arguments) {
  arguments.add_value("--dtype", "TYPE", "int8, fp16 or fp32, for a built-in network\n(int8)");
}

void declare_setup(Arguments& arguments) {
  arguments.add_positional("WORKLOAD", "built-in NAME[:KEY=VALUE,...] or a graph file\n(.yaml)");
  declare_chip(arguments);
  declare_dtype(arguments);
  arguments.add_value("--streams", "N", "networks running at once (1)");
  arguments.add_value("--engines-per-stream", "N", "engines each of them has (all, divided)");
  arguments.add_value("--inferences", "N",
                      "inferences each runs back to back\n(1 for one stream, else 8)");
}

void declare_output(Arguments& arguments) {
  arguments.add_value("--format", "FORMAT", "text, json or csv (text)");
  arguments.add_value("-o,--output", "FILE", "write there instead of standard output");
}

ChosenWorkload choose_workload(const Arguments& arguments) {
  ChosenWorkload chosen;
  chosen.spec = arguments.required("WORKLOAD");
  if (is_graph_file(chosen.spec)) {
    if (arguments.has("--dtype")) {
      throw arguments.error(fmt::format(
          "--dtype is for built-in networks; {} gives each tensor a type of its own", chosen.spec));
    }
    chosen.graph = std::make_shared<const Graph>(load_workload(chosen.spec, DType::kInt8));
    return chosen;
  }
  std::vector<std::string> names;
  names.reserve(kDTypes.size());
  for (const DType type : kDTypes) {
    names.emplace_back(name_of(type));
  }
  chosen.dtype = kDTypes[arguments.choice("--dtype", names, 0)];
  chosen.graph = arguments.named(
      [&] { return std::make_shared<const Graph>(load_workload(chosen.spec, *chosen.dtype)); });
  return chosen;
}

Chip choose_chip(const Arguments& arguments, const std::string& name_or_path) {
  if (is_graph_file(name_or_path) || name_or_path.find('/') != std::string::npos) {
    return load_chip(name_or_path, arguments.list("--set"));
  }
  return arguments.named([&] { return load_chip(name_or_path, arguments.list("--set")); });
}

Format choose_format(const Arguments& arguments) {
  const std::array<std::string, 3> names{"text", "json", "csv"};
  return static_cast<Format>(arguments.choice("--format", names, 0));
}

std::string version() { return MEMPLACE_VERSION; }

Setup::Setup(const Arguments& arguments) : command_(arguments.command()) {
  const ChosenWorkload workload = choose_workload(arguments);
  const std::string chip_name = arguments.value("--chip").value_or(kDefaultChip);
  const Chip chip = choose_chip(arguments, chip_name);
  const auto streams = arguments.whole_number("--streams");
  const auto engines = arguments.whole_number("--engines-per-stream");
  const auto inferences = arguments.whole_number("--inferences");
  const Mode mode =
      arguments.named([&] { return resolve_mode(chip, streams, engines, inferences); });
  program_ = std::make_unique<const Program>(
      arguments.named([&] { return lower(workload.graph, chip, mode); }));

  dtype_ = workload.dtype;
  words_ = {"memplace", command_};
  const std::string type(workload.dtype ? name_of(*workload.dtype) : "types of its own");
  add("workload", workload.spec,
      fmt::format("{} ({}): {}", workload.graph->name(), type, summary_of(*workload.graph)),
      std::array{workload.spec});
  add("dtype", workload.dtype ? Json(type) : Json(nullptr), "",
      workload.dtype ? std::vector<std::string>{"--dtype", type} : std::vector<std::string>{});
  const auto& overrides = arguments.list("--set");
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
}

RunHeader Setup::header() const {
  return {version(), command_, config_, facts_, shell_command(words_)};
}

void Setup::add(const std::string& key, Json value, const std::string& fact,
                std::span<const std::string> words) {
  config_[key] = std::move(value);
  if (!fact.empty()) {
    facts_.emplace_back(key, fact);
  }
  words_.insert(words_.end(), words.begin(), words.end());
}

}  // namespace memplace
