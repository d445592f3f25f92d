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

namespace {

// `make`, given the rule or the file that `text` stands for.
template <class Make>
auto make_chosen(const Arguments& arguments, const Problem& problem, const std::string& text,
                 const std::string& option, Make make) {
  if (is_rule(text)) {
    return arguments.named([&] { return make(text, problem); });
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(text, unknown)) {
    const std::optional<std::string> best = load_findings(text).best_mapping_file;
    if (!best) {
      throw arguments.error(fmt::format("{} {}: holds no run with a mapping", option, text));
    }
    return make(*best, problem);
  }
  if (!is_mapping_file(text)) {
    throw arguments.error(fmt::format(
        "{}: got {}, expected FILE.yaml, FILE.json, the directory of a run, all:MEMORY or "
        "heuristic:NAME",
        option, memplace::quoted(text)));
  }
  return make(text, problem);
}

}  // namespace

Mapping choose_mapping(const Arguments& arguments, const Problem& problem, const std::string& text,
                       const std::string& option) {
  return make_chosen(arguments, problem, text, option, named_mapping);
}

Placement choose_placement(const Arguments& arguments, const Problem& problem,
                           const std::string& text, bool moving) {
  return moving ? make_chosen(arguments, problem, text, "--mapping", named_placement)
                : Placement(choose_mapping(arguments, problem, text));
}

void check_mapping_output(const Arguments& arguments) {
  const auto file = arguments.value("--save-mapping");
  if (file && !is_yaml_file(*file) && !is_json_file(*file)) {
    throw arguments.error(
        fmt::format("--save-mapping: got {}, expected a file ending in .yaml or .json",
                    memplace::quoted(*file)));
  }
}

void save_mapping(const std::string& file, const Problem& problem, const Placement& placement) {
  write_file(file, is_json_file(file) ? pretty(mapping_json(problem, placement))
                                      : write_mapping(problem, placement));
}

}  // namespace memplace
