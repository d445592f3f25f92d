// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_choice.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/yaml_reader.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/mapping/mapping_file.h"

namespace memplace {
namespace {

constexpr std::string_view kAll = "all:";
constexpr std::string_view kHeuristic = "heuristic:";

bool is_path(const std::string& text) {
  return text.ends_with(".yaml") || text.ends_with(".yml") || text.find('/') != std::string::npos;
}

Mapping all_in(const Program& program, const std::string& name) {
  const auto memory = program.chip.find_memory(name);
  if (!memory) {
    std::vector<std::string> names;
    for (const Memory& known : program.chip.memories) {
      names.push_back(known.name);
    }
    throw Error(unknown_name_message("memory", name, names));
  }
  return uniform_mapping(*program.graph, program.chip, *memory);
}

}  // namespace

Mapping choose_mapping(const Arguments& arguments, const Program& program, const std::string& text,
                       const std::string& option) {
  if (text.starts_with(kAll)) {
    return arguments.named([&] { return all_in(program, text.substr(kAll.size())); });
  }
  if (text.starts_with(kHeuristic)) {
    return arguments.named([&] {
      return apply_heuristic(text.substr(kHeuristic.size()), *program.graph, program.chip,
                             program.mode);
    });
  }
  if (!is_path(text)) {
    throw arguments.error(fmt::format(
        "{}: got \"{}\", expected FILE.yaml, all:MEMORY or heuristic:NAME", option, text));
  }
  return read_mapping(YamlDocument::from_file(text), *program.graph, program.chip);
}

}  // namespace memplace
