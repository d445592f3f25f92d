// SPDX-License-Identifier: Apache-2.0
// What the pages show is what the program prints.
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "cli/networks.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

// Runs each command of a page, in one directory; returns how many there are. Those on .onnx files
// count only where this build has no ONNX.
std::size_t commands_shown(const std::string& page) {
  const WorkingDirectory directory;
  const std::string prompt = "$ scripts/run ";
  std::size_t shown = 0;
  std::vector<std::string> output;
  std::size_t next = 0;   // line of `output` to be seen next
  bool inside = false;    // a block that began with the prompt
  bool skipping = false;  // after "..."
  for (const std::string& line :
       lines_of(read_file(std::string(MEMPLACE_SOURCE_DIR) + "/" + page))) {
    CAPTURE(line);
    if (line.starts_with(prompt) && line.find(".onnx") != std::string::npos && !has_onnx()) {
      inside = false;
      ++shown;
    } else if (line.starts_with(prompt)) {
      const Outcome outcome = run_cli(words_of(line.substr(prompt.size())));
      REQUIRE(outcome.code == 0);
      output = lines_of(outcome.out);
      next = 0;
      inside = true;
      skipping = false;
      ++shown;
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside && line == "...") {
      skipping = true;
    } else if (inside) {
      while (skipping && next < output.size() && output[next] != line) {
        ++next;
      }
      skipping = false;
      REQUIRE(next < output.size());
      REQUIRE(output[next] == line);
      ++next;
    }
  }
  return shown;
}

}  // namespace

TEST_CASE("README.md shows the program's real output", "[cli]") {
  CHECK(commands_shown("README.md") == 7);
}

TEST_CASE("docs/compare.md shows the program's real output", "[cli]") {
  CHECK(commands_shown("docs/compare.md") == 1);
}

}  // namespace memplace
