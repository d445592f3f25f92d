// SPDX-License-Identifier: Apache-2.0
// A search that is killed at any instant and continued leaves the bytes of one that was not.
// KILL_SERIES is how often each search is tried.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/killed_runs.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {

TEST_CASE("killed searches end as unkilled ones", "[kill]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  test::KillCounts counts;
  for (const test::KilledSearch& search : test::killed_searches()) {
    const std::vector<std::string> differences =
        test::kill_and_continue(MEMPLACE_PROGRAM, search, KILL_SERIES, 20260101, counts);
    CAPTURE(search.name, differences);
    CHECK(differences.empty());
  }
  WARN(counts.kills << " kills: " << counts.before_run << " before there was a run, "
                    << counts.in_search << " with a part of its history, of these "
                    << counts.snapshots << " with a snapshot; " << counts.survived
                    << " processes were faster");
  // Most are meant to be hit.
  CHECK(counts.kills >= test::killed_searches().size() * KILL_SERIES);
  // Of a short series perhaps none.
  CHECK((KILL_SERIES < 20 || counts.snapshots > 0));
}

}  // namespace memplace
