// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_choice.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/file_kinds.h"
#include "base/files.h"
#include "optimizer/heuristics/named_mapping.h"
#include "optimizer/studies/run/run_directory.h"
#include "sim/placement/mapping_file.h"

namespace memplace {

Mapping choose_mapping(const Arguments& arguments, const Problem& problem, const std::string& text,
                       const std::string& option) {
  if (is_rule(text)) {
    return arguments.named([&] { return named_mapping(text, problem); });
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(text, unknown)) {
    const std::optional<std::string> best = load_findings(text).best_mapping_file;
    if (!best) {
      throw arguments.error(fmt::format("{} {}: holds no run with a mapping", option, text));
    }
    return named_mapping(*best, problem);
  }
  if (!is_mapping_file(text)) {
    throw arguments.error(fmt::format(
        "{}: got {}, expected FILE.yaml, FILE.json, the directory of a run, all:MEMORY or "
        "heuristic:NAME",
        option, memplace::quoted(text)));
  }
  return named_mapping(text, problem);
}

void check_mapping_output(const Arguments& arguments) {
  const auto file = arguments.value("--save-mapping");
  if (file && !is_yaml_file(*file) && !is_json_file(*file)) {
    throw arguments.error(
        fmt::format("--save-mapping: got {}, expected a file ending in .yaml or .json",
                    memplace::quoted(*file)));
  }
}

void save_mapping(const std::string& file, const Problem& problem, const Mapping& mapping) {
  write_file(file, is_json_file(file) ? pretty(mapping_json(problem, mapping))
                                      : write_mapping(problem, mapping));
}

}  // namespace memplace
