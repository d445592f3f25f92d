// SPDX-License-Identifier: Apache-2.0
// The program's commands with their arguments, for those who describe the program.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace memplace {

struct CommandTable {
  std::string name;
  std::string summary;
  std::vector<ArgumentInfo> arguments;  // in the order of declaration, without --help
};

// Those that users should meet, in that order.
std::vector<CommandTable> command_tables();

// What every command takes beside its arguments.
inline constexpr const char* kHelpMeaning = "print this help";
inline constexpr const char* kVersionMeaning = "print the version";

// What the program is.
std::string program_description();

// An argument's help as one line.
std::string meaning_of(const ArgumentInfo& argument);

// "WORKLOAD", "[NAME]", "WORKLOAD..."
std::string usage_of(const ArgumentInfo& positional);

}  // namespace memplace
