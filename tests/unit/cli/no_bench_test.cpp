// SPDX-License-Identifier: Apache-2.0
// Of builds without Google Benchmark.
#include <catch2/catch.hpp>

#include "tests/unit/cli/cli_run.h"

namespace memplace {

#ifndef MEMPLACE_HAS_BENCHMARK
TEST_CASE("a build without Google Benchmark says so", "[cli]") {
  const Outcome outcome = run_cli({"bench"});
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "bench: this build measures nothing, as Google Benchmark was not found or "
        "MEMPLACE_BENCHMARK was off when it was configured; install libbenchmark-dev, then build "
        "anew. --signature works\n");
}
#endif

}  // namespace memplace
