// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/cli/cli_run.h"

namespace memplace {

TEST_CASE("bench --signature prints sixteen digits", "[cli]") {
  const WorkingDirectory directory;
  const Outcome outcome = run_cli({"bench", "--signature"});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  REQUIRE(outcome.out.size() == 17);
  CHECK(outcome.out.find_first_not_of("0123456789abcdef") == 16);
  CHECK(outcome.out.back() == '\n');
  CHECK(run_cli({"bench", "--signature", "--output", "signature"}).out.empty());
  CHECK(WorkingDirectory::read("signature") == outcome.out);
}

TEST_CASE("bench --signature=all prints the frozen one last", "[cli]") {
  const Outcome all = run_cli({"bench", "--signature=all"});
  CHECK(all.code == 0);
  REQUIRE(all.out.size() == 34);
  CHECK(all.out[16] == '\n');
  CHECK(all.out.substr(17) == run_cli({"bench", "--signature=frozen"}).out);
  CHECK(all.out.substr(0, 17) != all.out.substr(17));
  const Outcome wrong = run_cli({"bench", "--signature=al"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err ==
        "bench: unknown --signature \"al\"; known: frozen, all (did you mean \"all\"?)\n");
  CHECK(run_cli({"bench", "--signature", "--signature"}).err ==
        "bench: --signature is given twice\n");
}

TEST_CASE("bench --signature takes nothing that would not change it", "[cli]") {
  for (const char* const option :
       {"--workload", "--chip", "--set", "--model", "--threads", "--min-time", "--format"}) {
    const Outcome outcome = run_cli({"bench", "--signature", option, "1"});
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == std::string("bench: --signature is of all built-in networks and prints "
                                     "one number; ") +
                             option + " does not go with it\n");
  }
}

}  // namespace memplace
