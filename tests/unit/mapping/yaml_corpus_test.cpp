// SPDX-License-Identifier: Apache-2.0
// Replays the texts on which the YAML fuzzer (tests/fuzz) once failed, and those it begins with.
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/fuzz/yaml_target.h"

namespace memplace::test {
namespace {

int taken_from(const std::string& folder) {
  int taken = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MEMPLACE_SOURCE_DIR) + "/" + folder)) {
    CAPTURE(entry.path().filename().string());
    REQUIRE_NOTHROW(taken += read_as_everything(read_file(entry.path().string())));
  }
  return taken;
}

}  // namespace

TEST_CASE("yaml corpus: past failures end in one error", "[mapping]") {
  CHECK(taken_from("tests/fuzz/yaml_corpus") == 0);
}

TEST_CASE("yaml corpus: what is shipped is read and written as the same", "[mapping]") {
  CHECK(taken_from("configs/workloads") == 1);
  CHECK(taken_from("configs/chips") >= 3);
}

}  // namespace memplace::test
