// SPDX-License-Identifier: Apache-2.0
// Chips whose slowest memory has no room for everything, and memories without any.
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {

TEST_CASE("no memory has to hold everything", "[cli]") {
  const WorkingDirectory directory;
  const std::vector<std::string> tight{"mobilenet-v2", "--set", "memories.dram.capacity=1MiB",
                                       "--format", "json"};
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin() + 1, tight.begin(), tight.end());
    const Outcome outcome = run_cli(words);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return Json::parse(outcome.out);
  };
  const Json slowest = run({"simulate", "--mapping", "heuristic:all-slowest"});
  CHECK_FALSE(slowest["feasible"].get<bool>());
  CHECK(slowest["epsilon"].get<double>() == 1.0);
  const Json found = run({"optimize", "--budget", "40", "--seed", "1"});
  const Json bound = run({"bound"});
  const auto best = found["best"]["latency_ps"].get<std::int64_t>();
  CHECK(bound["bound_ps"].get<std::int64_t>() <= best);
  CHECK(best < slowest["latency_ps"].get<std::int64_t>());
}

TEST_CASE("a sweep may leave a memory out", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("sweep.yaml", R"(workloads: [mobilenet-v2]
chip: nnpi
parameters:
  memories.sram.capacity: [0 B, 4 MiB]
  memories.dram.capacity: [1 MiB, 32 GiB]
mappings:
  - native
  - {strategy: annealing, budget: 20}
)");
  const Outcome outcome = run_cli({"sweep", "sweep.yaml", "--format", "json"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json sweep = Json::parse(outcome.out);
  CHECK(sweep["points"] == 8);
  CHECK(sweep["failed"] == 0);
}

}  // namespace memplace
