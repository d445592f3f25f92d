// SPDX-License-Identifier: Apache-2.0
// A thousand SIGKILLs: whatever keeps its work in a directory is killed at any instant and
// continued, and leaves the bytes of what was not killed. On two ranks one of them dies, or all
// with their launcher.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/killed_runs.h"
#include "tests/support/working_directory.h"

namespace memplace {
namespace {

using test::KilledCommand;

constexpr const char* kExperiment = R"(workloads: [mobilenet-v2]
chips: [nnpi, nnpi-12ice]
strategies: [annealing, tabu]
seeds: [1, 2]
budget: 1500
)";

void kill_so_often(const KilledCommand& command, std::uint64_t kills) {
  const WorkingDirectory directory;
  WorkingDirectory::write("sweep-spec.yaml", test::sweep_specification(4, 2000));
  WorkingDirectory::write("experiment-spec.yaml", kExperiment);
  test::KillCounts counts;
  const std::vector<std::string> differences =
      test::kill_and_continue(MEMPLACE_PROGRAM, command, kills, 20260303, counts);
  CAPTURE(differences);
  CHECK(differences.empty());
  WARN(command.name << ": " << test::text_of(counts) << "; " << differences.size()
                    << " differences");
  CHECK(counts.kills == kills);
  CHECK(counts.half_way > kills / 4);
}

KilledCommand search(const std::string& strategy, std::uint64_t budget,
                     const std::vector<std::string>& more) {
  KilledCommand command = test::killed_search(strategy, "mobilenet-v2", strategy, budget, more);
  command.each_time = {{"--threads", "2", "--snapshot-every", "0"}};
  return command;
}

KilledCommand specified(const std::string& command) {
  return test::killed_specified(command, command + "-spec.yaml");
}

#ifdef MEMPLACE_MPIRUN
KilledCommand on_two_ranks(KilledCommand command) {
  command.each_time = {{"--threads", "1"}};
  // As tests/unit/CMakeLists.txt says; what a killed launcher leaves goes with the test.
  command.launcher = {MEMPLACE_MPIRUN,
                      "--allow-run-as-root",
                      "--oversubscribe",
                      "--mca",
                      "btl",
                      "self,vader",
                      "--mca",
                      "btl_vader_single_copy_mechanism",
                      "none",
                      "--mca",
                      "plm",
                      "isolated",
                      "--mca",
                      "orte_tmpdir_base",
                      std::filesystem::temp_directory_path().string(),
                      "-n",
                      "2"};
  return command;
}
#endif

}  // namespace

TEST_CASE("150 kills of annealing", "[kill]") {
  kill_so_often(search("annealing", 15'000, {"--option", "chains=8", "--noise", "5%"}), 150);
}
TEST_CASE("150 kills of auto", "[kill]") {
  kill_so_often(search("auto", 1500, {"--keep-mappings"}), 150);
}
TEST_CASE("150 kills of egrl", "[kill]") { kill_so_often(search("egrl", 60, {}), 150); }
TEST_CASE("150 kills of a sweep", "[kill]") { kill_so_often(specified("sweep"), 150); }
TEST_CASE("150 kills of an experiment", "[kill]") { kill_so_often(specified("experiment"), 150); }
#ifdef MEMPLACE_MPIRUN
TEST_CASE("125 kills of a sweep on two ranks", "[kill]") {
  kill_so_often(on_two_ranks(specified("sweep")), 125);
}
TEST_CASE("125 kills of an experiment on two ranks", "[kill]") {
  kill_so_often(on_two_ranks(specified("experiment")), 125);
}
#endif

}  // namespace memplace
