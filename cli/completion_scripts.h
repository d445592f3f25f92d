// SPDX-License-Identifier: Apache-2.0
// The files of cli/completions, compiled in.
#pragma once

#include <span>
#include <string_view>

namespace memplace {

struct ShellScript {
  std::string_view shell;
  std::string_view text;
};

std::span<const ShellScript> completion_scripts();

}  // namespace memplace
