// SPDX-License-Identifier: Apache-2.0
// A sweep that is killed at any instant and continued leaves the bytes of one that was not. KILLS
// is how often that is done.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/killed_runs.h"
#include "tests/support/working_directory.h"

namespace memplace {

TEST_CASE("killed sweeps end as unkilled ones", "[kill]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("spec.yaml", test::sweep_specification(8, 200));
  const test::KilledCommand sweep = test::killed_specified("sweep", "spec.yaml");
  test::KillCounts counts;
  const std::vector<std::string> differences =
      test::kill_and_continue(MEMPLACE_PROGRAM, sweep, KILLS, 20260202, counts);
  CAPTURE(differences);
  CHECK(differences.empty());
  WARN(test::text_of(counts));
  CHECK(counts.half_way > 0);
}

}  // namespace memplace
