// SPDX-License-Identifier: Apache-2.0
// What the program says can stand next on a command line; completion_test.sh asks through shells.
#include "cli/completion.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/command_table.h"
#include "sim/chip/chip_reader.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

using Names = std::vector<std::string>;

CompletionAnswer completed(const Names& words) { return complete(command_tables(), words); }

Names names_for(const Names& words) {
  Names names;
  for (const NamedValue& value : completed(words).names) {
    names.push_back(value.name);
  }
  return names;
}

bool offers(const Names& words, const std::string& name) {
  const Names names = names_for(words);
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("commands and the program's own options complete", "[cli][completion]") {
  CHECK(names_for({"s"}) == Names{"simulate", "sweep", "serve"});
  CHECK(names_for({"ex"}) == Names{"experiment", "export"});
  CHECK(names_for({"--"}) == Names{"--help", "--version"});
  CHECK(names_for({""}).size() == command_tables().size());
  CHECK_FALSE(offers({""}, "generate"));  // hidden
  CHECK(names_for({"simulat", ""}).empty());
  CHECK(names_for({}).empty());
}

TEST_CASE("options complete once, and those that repeat go on", "[cli][completion]") {
  CHECK(names_for({"simulate", "resnet50", "--tr"}) == Names{"--trace", "--trace-tiles"});
  CHECK(names_for({"simulate", "--trace", "f", "--tr"}) == Names{"--trace-tiles"});
  CHECK(names_for({"simulate", "--set", "a=1", "--se"}) == Names{"--set"});
  CHECK(names_for({"simulate", "-o", "f", "--out"}).empty());
  CHECK(names_for({"simulate", "--h"}) == Names{"--help"});
  // All positionals are there, so that only options are left.
  CHECK(offers({"simulate", "resnet50", ""}, "--chip"));
  CHECK(names_for({"simulate", "resnet50", "--", "-"}).empty());
}

TEST_CASE("values that are names complete", "[cli][completion]") {
  CHECK(names_for({"simulate", "resnet50", "--format", ""}) == Names{"text", "json", "csv"});
  CHECK(names_for({"allocate", "--format", ""}) == Names{"text", "json"});
  CHECK(names_for({"simulate", "--format=j"}) == Names{"--format=json"});
  CHECK(names_for({"simulate", "--chip", "nnpi-"}) == Names{"nnpi-12ice"});
  CHECK(names_for({"simulate", "resnet"}) == Names{"resnet50", "resnet101"});
  CHECK(names_for({"train", "resnet50", "resnet1"}) == Names{"resnet101"});
  CHECK(names_for({"simulate", "bert-base:"}) == Names{"bert-base:batch=", "bert-base:seq="});
  CHECK(names_for({"simulate", "bert-base:batch=2,s"}) == Names{"bert-base:batch=2,seq="});
  CHECK(names_for({"optimize", "--objective", "e"}) == Names{"energy", "edp"});
  CHECK(names_for({"simulate", "--model", "s"}) == Names{"systemc"});
  CHECK(names_for({"simulate", "--places", ""}) == Names{"moving", "static"});
  CHECK(names_for({"compare", "--planner", ""}) == Names{"ring", "joint"});
  CHECK(names_for({"simulate", "--table", "m"}) == Names{"memories", "moves"});
  CHECK(names_for({"list", "strategies", "eg"}) == Names{"egrl"});
  CHECK(names_for({"completion", ""}) == Names{"bash", "zsh", "fish"});
  CHECK(names_for({"simulate", "--streams", ""}).empty());
}

TEST_CASE("a strategy's options complete by the strategy given", "[cli][completion]") {
  CHECK(names_for({"optimize", "--strategy", "beam", "--option", ""}) ==
        Names{"start=", "order=", "width=", "sweeps="});
  CHECK(names_for({"optimize", "--option", "order=b", "--strategy=beam", "--option", "order="}) ==
        Names{"order=schedule", "order=bytes"});
  CHECK(names_for({"optimize", "--strategy", "annealing", "--option", "order="}).empty());
  CHECK(names_for({"optimize", "--strategy", "egrl", "--preset", ""}) == Names{"paper"});
  CHECK(names_for({"optimize", "--strategy", "beam", "--preset", ""}).empty());
}

TEST_CASE("memories and numbers complete by the chip given", "[cli][completion]") {
  CHECK(names_for({"simulate", "--mapping", "all:"}) == Names{"all:dram", "all:llc", "all:sram"});
  CHECK(names_for({"simulate", "--mapping", "heuristic:n"}) == Names{"heuristic:native"});
  CHECK(names_for({"simulate", "--mapping", "heuristic:st"}) == Names{"heuristic:stream"});
  CHECK(names_for({"optimize", "--init", "heuristic:st"}).empty());
  CHECK(names_for({"optimize", "--pin", "*.weights=s"}) == Names{"*.weights=sram"});
  CHECK(names_for({"simulate", "--set", "memories.sram.l"}) == Names{"memories.sram.latency="});
  const WorkingDirectory directory;
  std::string text = builtin_chip_text("toy");
  text.replace(text.find("name: sram"), 10, "name: tcm0");
  WorkingDirectory::write("mine.yaml", text);
  CHECK(names_for({"simulate", "--chip", "mine.yaml", "--mapping", "all:t"}) == Names{"all:tcm0"});
  CHECK(names_for({"simulate", "--chip", "none.yaml", "--mapping", "all:"}).empty());
}

TEST_CASE("files complete where a value is a file", "[cli][completion]") {
  const CompletionAnswer chip = completed({"simulate", "--chip", "configs/"});
  CHECK(chip.names.empty());
  CHECK(to_text(chip) == ":files .yaml .yml\n");
  CHECK(to_text(completed({"simulate", "-o", ""})) == ":files\n");
  CHECK(to_text(completed({"optimize", "--out", ""})) == ":directories\n");
  CHECK(to_text(completed({"simulate", "--streams", ""})) == ":none\n");
}

TEST_CASE("every chip parameter that completes can be set", "[cli][completion]") {
  const Names paths = names_for({"describe", "toy", "--set", ""});
  CHECK(paths.size() > 30);
  for (const char* const chip : {"nnpi", "toy"}) {  // of which one has the usual mover
    CHECK(names_for({"describe", chip, "--set", "mover."}) ==
          Names{"mover.piece=", "mover.in_flight=", "mover.overhead=", "mover.service="});
  }
  for (const NamedValue& path : completed({"simulate", "--chip", "toy", "--set", ""}).names) {
    CHECK_NOTHROW(load_chip("toy", std::vector<std::string>{path.name + path.meaning}));
  }
}

TEST_CASE("the shells' question is answered on stdout", "[cli][completion]") {
  const Outcome outcome = run_cli({"__complete", "simulate", "--strict", "--allocator", ""});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "heuristic\t\nexact\t\n:none\n");
  CHECK(run_cli({"__complete", "sim"}).out ==
        "simulate\ttime one mapping of a network on a chip\n:none\n");
  CHECK(run_cli({"__complete"}).out == ":none\n");
}

TEST_CASE("every option with a name for a value says what the value may be", "[cli][completion]") {
  // Numbers, sizes, times and free text, about which there is nothing to say; memories of a file.
  const Names free{"N",       "N|all", "NAME=N", "NAME=V", "TIME",
                   "SECONDS", "SHARE", "S",      "SIZE",   "MEMORY"};
  for (const CommandTable& command : command_tables()) {
    for (const ArgumentInfo& argument : command.arguments) {
      CAPTURE(command.name, argument.name);
      const ValueSet& values = argument.values;
      const bool known =
          !values.names.empty() || values.more != nullptr || values.files != ValueSet::Files::kNone;
      const bool is_free = std::find(free.begin(), free.end(), argument.type) != free.end();
      CHECK((known || is_free || argument.kind == ArgumentInfo::Kind::kFlag));
    }
  }
}

}  // namespace memplace
