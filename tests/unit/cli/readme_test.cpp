// SPDX-License-Identifier: Apache-2.0
// What the pages show is what the program prints.
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "optimizer/studies/loading/networks.h"
#include "report/page/page_html.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::vector<std::string> text_lines(const std::string& text) {
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

// Runs each command of a page, in one directory; returns how many there are. Those on .onnx and
// .html files are not run where this build can make none. What "$ cat FILE" shows is made to be
// there.
std::size_t commands_shown(const std::string& page, const std::string& prompt) {
  const WorkingDirectory directory;
  std::size_t shown = 0;
  std::vector<std::string> output;
  std::size_t next = 0;   // line of `output` to be seen next
  bool inside = false;    // a block that began with the prompt
  bool skipping = false;  // after "..."
  std::string shown_file;
  for (const std::string& line :
       text_lines(read_file(std::string(MEMPLACE_SOURCE_DIR) + "/" + page))) {
    CAPTURE(line);
    constexpr std::string_view kCat = "$ cat ";
    if (line.starts_with("$ ") || line.starts_with("```")) {
      shown_file.clear();
    }
    if (line.starts_with(kCat)) {
      shown_file = line.substr(kCat.size());
      WorkingDirectory::write(shown_file, "");
      inside = false;
    } else if (!shown_file.empty()) {
      WorkingDirectory::write(shown_file, WorkingDirectory::read(shown_file) + line + '\n');
    } else if (line.starts_with(prompt) &&
               ((line.find(".onnx") != std::string::npos && !has_onnx()) ||
                (line.find(".html") != std::string::npos && !can_make_pages()))) {
      inside = false;
      ++shown;
    } else if (line.starts_with(prompt)) {
      const Outcome outcome = run_cli(words_of(line.substr(prompt.size())));
      REQUIRE(outcome.code == 0);
      output = text_lines(outcome.out);
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
  CHECK(commands_shown("README.md", "$ scripts/run ") == 8);
}

TEST_CASE("docs/guide/compare.md shows the program's real output", "[cli]") {
  CHECK(commands_shown("docs/guide/compare.md", "$ scripts/run ") == 1);
}

TEST_CASE("docs/guide/tutorial.md shows the program's real output", "[cli]") {
  CHECK(commands_shown("docs/guide/tutorial.md", "$ memplace ") == 13);
}

}  // namespace memplace
