// SPDX-License-Identifier: Apache-2.0
// A search that is killed at any instant and continued leaves the bytes of one that was not. KILLS
// is how often each is killed.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/killed_runs.h"
#include "tests/support/tiny_graph.h"
#include "tests/support/working_directory.h"

namespace memplace {

TEST_CASE("killed searches end as unkilled ones", "[kill]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  test::KillCounts counts;
  for (const test::KilledCommand& search : test::killed_searches()) {
    const std::vector<std::string> differences =
        test::kill_and_continue(MEMPLACE_PROGRAM, search, KILLS, 20260101, counts);
    CAPTURE(search.name, differences);
    CHECK(differences.empty());
  }
  WARN(test::text_of(counts));
  // Most are meant to be hit.
  CHECK(counts.half_way > counts.kills / 4);
}

}  // namespace memplace
