// SPDX-License-Identifier: Apache-2.0
#include "cli/command_table.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace memplace {

std::vector<CommandTable> command_tables() {
  std::vector<CommandTable> tables;
  for (const Command& command : commands()) {
    if (command.hidden) {
      continue;
    }
    CLI::App app("", command.name);
    Arguments arguments(app);
    command.declare(arguments);
    tables.push_back(
        {command.name, command.summary, {arguments.table().begin(), arguments.table().end()}});
  }
  return tables;
}

std::string program_description() {
  return "Simulates and optimizes where the tensors of a neural network live on an\n"
         "inference accelerator.";
}

std::string meaning_of(const ArgumentInfo& argument) {
  std::string text = argument.help;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string usage_of(const ArgumentInfo& positional) {
  switch (positional.kind) {
    case ArgumentInfo::Kind::kOptional:
      return '[' + positional.name + ']';
    case ArgumentInfo::Kind::kPositionals:
      return positional.name + "...";
    default:
      return positional.name;
  }
}

}  // namespace memplace
