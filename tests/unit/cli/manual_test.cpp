// SPDX-License-Identifier: Apache-2.0
// What is made of the tables of commands: man pages and docs/guide/options.md.
#include <algorithm>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "cli/command_table.h"
#include "cli/examples.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {

TEST_CASE("docs/guide/options.md is what the program says of itself", "[cli]") {
  const std::string page = read_file(std::string(MEMPLACE_SOURCE_DIR) + "/docs/guide/options.md");
  INFO("run scripts/refresh-docs where this fails");
  CHECK(run_cli({"generate", "options"}).out == page);
}

TEST_CASE("there is a man page of the program and of each command", "[cli]") {
  const WorkingDirectory directory;
  REQUIRE(run_cli({"generate", "man", "--out", "pages"}).code == 0);
  const std::string program = WorkingDirectory::read("pages/memplace.1");
  CHECK(program == run_cli({"generate", "man"}).out);
  CHECK(
      program.starts_with(".TH MEMPLACE 1 \"\" \"memplace " MEMPLACE_VERSION
                          "\" \"memplace manual\"\n.nh\n.ad l\n.SH NAME\nmemplace \\- simulate "));
  for (const CommandTable& command : command_tables()) {
    CAPTURE(command.name);
    const std::string page = WorkingDirectory::read("pages/memplace-" + command.name + ".1");
    CHECK(page == run_cli({"generate", "man", command.name}).out);
    CHECK(page.find("\nmemplace-" + command.name + " \\- ") != std::string::npos);
    CHECK(program.find("\n\\fB" + command.name + "\\fR\n") != std::string::npos);
    for (const ArgumentInfo& argument : command.arguments) {
      std::string shown;
      for (const char c : argument.name) {
        shown += c == '-' ? "\\-" : std::string{c};
      }
      CHECK(page.find(shown + "\\fR") != std::string::npos);
    }
  }
  CHECK(run_cli({"generate", "man", "list"})
            .out.find(".SH SYNOPSIS\n\\fBmemplace list\\fR \\fIKIND\\fR \\fI[NAME]\\fR "
                      "[\\fIOPTIONS\\fR]\n") != std::string::npos);
}

TEST_CASE("the manuals' examples are of commands and options that there are", "[cli]") {
  for (const Example& example : examples()) {
    CAPTURE(example.command, example.line);
    const auto tables = command_tables();
    const auto command = std::find_if(tables.begin(), tables.end(), [&](const CommandTable& table) {
      return table.name == example.command;
    });
    REQUIRE(command != tables.end());
    CHECK(run_cli({"generate", "man", command->name}).out.find("\n.SH EXAMPLES\n") !=
          std::string::npos);
    std::istringstream words{std::string(example.line)};
    for (std::string word; words >> word;) {
      const bool known =
          std::any_of(command->arguments.begin(), command->arguments.end(),
                      [&](const ArgumentInfo& argument) { return argument.name == word; });
      CHECK((known || !word.starts_with("-")));
    }
  }
}

}  // namespace memplace
