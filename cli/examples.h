// SPDX-License-Identifier: Apache-2.0
// Lines to try, for the manuals.
#pragma once

#include <span>
#include <string_view>

namespace memplace {

struct Example {
  std::string_view command;
  std::string_view line;  // what follows the command's name
  std::string_view meaning;
};

std::span<const Example> examples();

}  // namespace memplace
