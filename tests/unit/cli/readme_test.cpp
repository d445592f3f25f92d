// SPDX-License-Identifier: Apache-2.0
// What README.md shows is what the program prints.
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
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

}  // namespace

TEST_CASE("README.md shows the program's real output", "[cli]") {
  const std::string prompt = "$ scripts/run ";
  std::size_t shown = 0;
  std::vector<std::string> output;
  std::size_t next = 0;   // line of `output` to be seen next
  bool inside = false;    // a block that began with the prompt
  bool skipping = false;  // after "..."
  for (const std::string& line :
       lines_of(read_file(std::string(MEMPLACE_SOURCE_DIR) + "/README.md"))) {
    CAPTURE(line);
    if (line.starts_with(prompt)) {
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
  CHECK(shown == 2);
}

}  // namespace memplace
