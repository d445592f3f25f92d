// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

TEST_CASE("a prefix stands once in front of a message", "[base]") {
  CHECK(with_prefix("a.yaml", "no such key") == "a.yaml: no such key");
  CHECK(with_prefix("a.yaml", "a.yaml: no such key") == "a.yaml: no such key");
  CHECK(with_prefix("a.yaml", "a.yaml:3:1: no such key") == "a.yaml:3:1: no such key");
  CHECK(with_prefix("sweep", "sweep.yaml: cannot read") == "sweep: sweep.yaml: cannot read");
  CHECK(with_prefix("a", "a") == "a: a");
}

TEST_CASE("a mistake in a file that another names stands alone", "[base]") {
  const std::vector<std::string> names{"resnet50", "mine.yaml", "dir/chip"};
  CHECK(with_prefix("spec.yaml", "mine.yaml:3:1: no such key", names) ==
        "mine.yaml:3:1: no such key");
  CHECK(with_prefix("spec.yaml", "dir/chip: cannot read", names) == "dir/chip: cannot read");
  CHECK(with_prefix("spec.yaml", "resnet50: too large", names) == "spec.yaml: resnet50: too large");
  CHECK(with_prefix("spec.yaml", "unknown chip", names) == "spec.yaml: unknown chip");
}

}  // namespace
}  // namespace memplace
