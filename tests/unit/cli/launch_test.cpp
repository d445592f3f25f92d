// SPDX-License-Identifier: Apache-2.0
// Whether a launcher started the process. What ranks do together: tests/unit/mpi.
#include "cli/launch.h"

#include <cstdlib>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::optional<Launch> launch_of(const std::map<std::string, std::string>& variables) {
  return find_launch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST_CASE("a launch is known by the variables of process management", "[launch]") {
  CHECK_FALSE(launch_of({}).has_value());
  for (const char* const name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
    const std::optional<Launch> launch = launch_of({{name, "12"}});
    REQUIRE(launch.has_value());
    CHECK(launch->variable == name);
    CHECK(launch->rank == 12);
    CHECK_FALSE(launch_of({{name, ""}}).has_value());
    CHECK_FALSE(launch_of({{name, "1x"}}).has_value());
    CHECK_FALSE(launch_of({{name, "-1"}}).has_value());
  }
  // A job's script is not a launch.
  CHECK_FALSE(launch_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).has_value());
  // Open MPI's own is nearest to the truth where one launcher runs below another.
  CHECK(launch_of({{"PMIX_RANK", "3"}, {"OMPI_COMM_WORLD_RANK", "1"}})->rank == 1);
}

#ifndef MEMPLACE_HAS_MPI
TEST_CASE("without MPI a launched command says so once", "[launch]") {
  setenv("PMIX_RANK", "0", 1);
  const Outcome first = run_cli({"sweep", "x.yaml"});
  CHECK(first.code == 2);
  CHECK(first.err ==
        "a launcher started this process as one of several (PMIX_RANK is set), and this memplace "
        "was built without MPI; install it with Boost.MPI and build again, or start it without the "
        "launcher\n");
  setenv("PMIX_RANK", "1", 1);
  const Outcome second = run_cli({"sweep", "x.yaml"});
  CHECK(second.code == 0);
  CHECK(second.err.empty());
  // Other commands have no use for ranks.
  CHECK(run_cli({"list", "chips"}).code == 0);
}
#endif

}  // namespace
}  // namespace memplace
