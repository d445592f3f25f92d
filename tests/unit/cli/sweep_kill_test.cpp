// SPDX-License-Identifier: Apache-2.0
// A sweep that is killed at any instant and continued leaves the bytes of one that was not. KILLS
// is how often that is done.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/killed_runs.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

// Some hundred points that take long enough to be hit, half of them in warm chains.
constexpr const char* kSpec = R"(workloads: [mobilenet-v2]
chip: nnpi
parameters:
  memories.sram.capacity: {from: 1 MiB, to: 8 MiB, step: 1 MiB}
  memories.dram.read_bandwidth: {from: 20 GB/s, to: 90 GB/s, step: 10 GB/s}
mappings:
  - memory-space-assignment
  - {strategy: annealing, budget: 200, warm_start: true}
)";

}  // namespace

TEST_CASE("killed sweeps end as unkilled ones", "[kill]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("spec.yaml", kSpec);
  test::KillCounts counts;
  const std::vector<std::string> differences =
      test::kill_and_continue_sweep(MEMPLACE_PROGRAM, "spec.yaml", KILLS, 20260202, counts);
  CAPTURE(differences);
  CHECK(differences.empty());
  WARN(counts.kills << " kills: " << counts.before_run << " before there was a sweep, "
                    << counts.in_search << " with a part of its points; " << counts.survived
                    << " processes were faster");
  CHECK(counts.kills >= KILLS);
  CHECK(counts.in_search > 0);
}

}  // namespace memplace
