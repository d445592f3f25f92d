// SPDX-License-Identifier: Apache-2.0
// completion and generate: what shells, man and readers of the documentation get of the program's
// tables.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/completion_scripts.h"
#include "cli/manual.h"

namespace memplace {
namespace {

const std::array<std::string, 3> kShells{"bash", "zsh", "fish"};
const std::array<std::string, 2> kGenerated{"man", "options"};

std::vector<std::string> names_of(const std::vector<CommandTable>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CommandTable& command : commands) {
    names.push_back(command.name);
  }
  return names;
}

std::string manual(const Arguments& arguments, const std::vector<CommandTable>& commands) {
  const auto name = arguments.value("COMMAND");
  if (!name) {
    return manual_of_program(commands);
  }
  const std::vector<std::string> names = names_of(commands);
  const auto found = std::find(names.begin(), names.end(), *name);
  if (found == names.end()) {
    throw arguments.error(unknown_name_message("command", *name, names));
  }
  return manual_of_command(commands[static_cast<std::size_t>(found - names.begin())]);
}

// Every page, as memplace.1 and memplace-COMMAND.1.
void write_manuals(const std::string& directory, const std::vector<CommandTable>& commands) {
  const std::filesystem::path folder(directory);
  make_directory(directory);
  write_file((folder / "memplace.1").string(), manual_of_program(commands));
  for (const CommandTable& command : commands) {
    write_file((folder / fmt::format("memplace-{}.1", command.name)).string(),
               manual_of_command(command));
  }
}

}  // namespace

void declare_completion(Arguments& arguments) {
  const ValueSet known = one_of(kShells);
  arguments.add_positional("SHELL", listed(known.names), known);
}

void execute_completion(const Arguments& arguments, const Console& console) {
  static_cast<void>(arguments.required("SHELL"));
  const auto script = completion_script(kShells.at(arguments.choice("SHELL")));
  deliver(console, std::nullopt, std::string(script.value()));
}

void declare_generate(Arguments& arguments) {
  const ValueSet known = one_of(kGenerated);
  arguments.add_positional("KIND", "man, or options: docs/guide/options.md", known);
  arguments.add_optional("COMMAND", "the page of that command");
  arguments.add_value("--out", "DIR", "write all man pages there", directory());
}

void execute_generate(const Arguments& arguments, const Console& console) {
  static_cast<void>(arguments.required("KIND"));
  const std::vector<CommandTable> commands = command_tables();
  const bool man = arguments.choice("KIND") == 0;
  const auto directory = arguments.value("--out");
  for (const char* const name : {"COMMAND", "--out"}) {
    if (arguments.has(name) && !man) {
      throw arguments.error(fmt::format("{} does not go with options", name));
    }
  }
  if (directory && arguments.has("COMMAND")) {
    throw arguments.error("COMMAND and --out exclude each other");
  }
  if (directory) {
    write_manuals(*directory, commands);
  } else {
    deliver(console, std::nullopt, man ? manual(arguments, commands) : options_page(commands));
  }
}

}  // namespace memplace
