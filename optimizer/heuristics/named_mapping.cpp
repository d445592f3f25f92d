// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/named_mapping.h"

#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/yaml_reader.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/placement/mapping_file.h"
#include "sim/placement/names.h"

namespace memplace {
namespace {

constexpr std::string_view kAll = "all:";
constexpr std::string_view kHeuristic = "heuristic:";

Mapping all_in(const Problem& problem, const std::string& name) {
  const auto memory = problem.chip().find_memory(name);
  if (!memory) {
    throw Error(unknown_name_message("memory", name, memory_names(problem.chip())));
  }
  return uniform_mapping(problem, *memory);
}

// The mapping's document, where `text` names one.
YamlDocument mapping_document(const std::string& text) {
  if (!is_mapping_file(text)) {
    throw Error(fmt::format("got {}, expected FILE.yaml, FILE.json, all:MEMORY or heuristic:NAME",
                            memplace::quoted(text)));
  }
  return YamlDocument::from_file(text);
}

}  // namespace

bool is_rule(const std::string& text) {
  return text.starts_with(kAll) || text.starts_with(kHeuristic);
}

bool is_mapping_file(const std::string& text) { return is_yaml_path(text) || is_json_file(text); }

Mapping named_mapping(const std::string& text, const Problem& problem) {
  if (text.starts_with(kAll)) {
    return all_in(problem, text.substr(kAll.size()));
  }
  if (text.starts_with(kHeuristic)) {
    return apply_heuristic(text.substr(kHeuristic.size()), problem);
  }
  return read_mapping(mapping_document(text), problem);
}

Placement named_placement(const std::string& text, const Problem& problem) {
  if (text.starts_with(kHeuristic)) {
    return apply_placement_heuristic(text.substr(kHeuristic.size()), problem);
  }
  if (text.starts_with(kAll)) {
    return Placement(named_mapping(text, problem));
  }
  return read_placement(mapping_document(text), problem);
}

}  // namespace memplace
