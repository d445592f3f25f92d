// SPDX-License-Identifier: Apache-2.0
// Pages about the program, made from the tables that it parses with.
#pragma once

#include <span>
#include <string>

#include "cli/command_table.h"

namespace memplace {

// memplace(1) and memplace-COMMAND(1), for man.
std::string manual_of_program(std::span<const CommandTable> commands);
std::string manual_of_command(const CommandTable& command);

// docs/guide/options.md: every command with its arguments, every strategy with its options.
std::string options_page(std::span<const CommandTable> commands);

}  // namespace memplace
