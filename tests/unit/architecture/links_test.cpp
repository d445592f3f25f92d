// SPDX-License-Identifier: Apache-2.0
// Links between pages lead somewhere, README leads to every page, and each check is able to fail.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

const fs::path kRoot = MEMPLACE_SOURCE_DIR;

// Below the source tree, in order.
Paths pages() {
  Paths paths{"CHANGELOG.md", "HACKING.md", "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") {
      paths.push_back(entry.path().lexically_relative(kRoot).generic_string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Where the links of a page in `folder` lead, sections and other sites left out.
Paths targets(const std::string& text, const std::string& folder) {
  Paths found;
  for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
    const std::size_t begin = at + 2;
    const std::string link = text.substr(begin, text.find_first_of("#)", begin) - begin);
    if (!link.empty() && link.find("://") == std::string::npos) {
      found.push_back((fs::path(folder) / link).lexically_normal().generic_string());
    }
  }
  return found;
}

Paths targets_of(const std::string& page) {
  return targets(read_file((kRoot / page).string()), fs::path(page).parent_path().string());
}

}  // namespace

TEST_CASE("links are found", "[architecture]") {
  CHECK(targets("[a](b.md), [c](../d.md#e) ![f](g/h.svg) [i](#j) [k](https://l.org/m.md)", "n/o") ==
        Paths{"n/o/b.md", "n/d.md", "n/o/g/h.svg"});
  CHECK(pages().size() > 30);
}

TEST_CASE("every link of a page leads to a file", "[architecture][docs]") {
  for (const std::string& page : pages()) {
    for (const std::string& target : targets_of(page)) {
      INFO(page << ": " << target);
      CHECK(fs::exists(kRoot / target));
    }
  }
}

TEST_CASE("README leads to every page", "[architecture][docs]") {
  const Paths listed = targets_of("README.md");
  for (const std::string& page : pages()) {
    if (page.starts_with("docs/") || page == "HACKING.md") {
      INFO(page);
      CHECK(std::count(listed.begin(), listed.end(), page) >= 1);
    }
  }
}

}  // namespace memplace
