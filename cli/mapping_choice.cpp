// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_choice.h"

#include <fmt/format.h>

#include "base/file_kinds.h"
#include "optimizer/heuristics/named_mapping.h"

namespace memplace {

Mapping choose_mapping(const Arguments& arguments, const Problem& problem, const std::string& text,
                       const std::string& option) {
  if (is_rule(text)) {
    return arguments.named([&] { return named_mapping(text, problem); });
  }
  if (!is_yaml_path(text)) {
    throw arguments.error(
        fmt::format("{}: got {}, expected FILE.yaml, all:MEMORY or heuristic:NAME", option,
                    memplace::quoted(text)));
  }
  return named_mapping(text, problem);
}

}  // namespace memplace
