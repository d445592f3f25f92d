// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <fmt/format.h>

#include "cli/examples.h"
#include "cli/manual.h"
#include "cli/strategy_text.h"
#include "optimizer/catalog/strategies.h"

namespace memplace {
namespace {

// Text inside a cell of a table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '|' || c == '*' || c == '<' || c == '_' ? std::string{'\\', c}
                                                            : std::string{c == '\n' ? ' ' : c};
  }
  return escaped;
}

std::string code(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '|' ? "\\|" : std::string{c};
  }
  return text.empty() ? "" : '`' + escaped + '`';
}

std::string names_of(const ArgumentInfo& argument) {
  const std::string value = argument.type.empty() ? "" : ' ' + argument.type;
  return argument.short_name.empty()
             ? code(argument.name + value)
             : code(argument.short_name) + ", " + code(argument.name + value);
}

std::string section_of(const CommandTable& command) {
  std::string usage = "memplace " + command.name;
  for (const ArgumentInfo& argument : command.arguments) {
    usage += argument.positional() ? ' ' + usage_of(argument) : "";
  }
  std::string text = fmt::format(
      "\n### {}\n\n{}\n\n    {}{}\n", command.name, cell(command.summary), usage,
      command.arguments.empty() ? "" : " [OPTIONS]\n\n| argument | meaning |\n| --- | --- |");
  for (const bool positional : {true, false}) {
    for (const ArgumentInfo& argument : command.arguments) {
      if (argument.positional() == positional) {
        text += fmt::format("| {} | {} |\n", names_of(argument), cell(meaning_of(argument)));
      }
    }
  }
  bool first = true;
  for (const Example& example : examples()) {
    if (example.command == command.name) {
      text += first ? "\nExamples:\n\n" : "";
      text += fmt::format("- `memplace {} {}`: {}\n", command.name, example.line, example.meaning);
      first = false;
    }
  }
  return text;
}

std::string section_of(const StrategyInfo& info) {
  std::string text = fmt::format("\n### {}\n\n{}\n", info.name, cell(info.summary));
  if (!info.options.empty()) {
    text += "\n| option | default | allowed | meaning |\n| --- | --- | --- | --- |\n";
  }
  for (const OptionInfo& option : info.options) {
    text += fmt::format("| {} | {} | {} | {} |\n", code(option.name), code(default_text(option)),
                        cell(allowed_text(option)), cell(option.summary));
  }
  for (const Preset& preset : info.presets) {
    text += fmt::format("\nPreset {}: {}.\n\n    {}\n", code(preset.name), cell(preset.summary),
                        options_text(preset));
  }
  return text;
}

}  // namespace

std::string options_page(std::span<const CommandTable> commands) {
  std::string text =
      "# Options\n\n"
      "Made by `scripts/refresh-docs` from the tables that the program parses with; not to be "
      "edited.\n"
      "A value's default stands in parentheses behind its meaning.\n\n## Commands\n\n"
      "Every command takes `-h`, `--help`. `memplace --version` (`-V`) prints the version; "
      "`memplace help "
      "COMMAND` is\n`memplace COMMAND --help`.\n";
  for (const CommandTable& command : commands) {
    text += section_of(command);
  }
  text += "\n## Strategies\n\nOptions of `--strategy`, each given as `--option NAME=VALUE`.\n";
  for (const StrategyInfo& info : strategies()) {
    text += section_of(info);
  }
  return text;
}

}  // namespace memplace
