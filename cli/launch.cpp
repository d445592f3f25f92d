// SPDX-License-Identifier: Apache-2.0
#include "cli/launch.h"

#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

#ifdef MEMPLACE_HAS_MPI
#include "base/mpi/mpi_ranks.h"
#include "base/number_text.h"
#endif

namespace memplace {
namespace {

// Variables that hold the rank of a process. Those that batch systems set for whole jobs are not
// among them: a job's script, which nobody launched several times, has them too.
constexpr std::array<const char*, 3> kVariables{
    "OMPI_COMM_WORLD_RANK",  // mpirun of Open MPI
    "PMIX_RANK",             // srun --mpi=pmix, prterun
    "PMI_RANK",              // srun --mpi=pmi2, mpirun of MPICH
};

}  // namespace

std::optional<Launch> find_launch(const std::function<const char*(const char* name)>& variable) {
  for (const char* const name : kVariables) {
    const char* const found = variable(name);
    if (found == nullptr) {
      continue;
    }
    if (const auto rank = parse_number<std::size_t>(found)) {
      return Launch{name, *rank};
    }
  }
  return std::nullopt;
}

std::optional<Launch> find_launch() {
  return find_launch([](const char* name) -> const char* { return std::getenv(name); });
}

#ifdef MEMPLACE_HAS_MPI
std::unique_ptr<Ranks> join_ranks(const Launch& /*launch*/) { return join_mpi_ranks(); }
#else
std::unique_ptr<Ranks> join_ranks(const Launch& launch) {
  throw Error(fmt::format(
      "a launcher started this process as one of several ({} is set), and this memplace "
      "was built without MPI; install it with Boost.MPI and build again, or start it "
      "without the launcher",
      launch.variable));
}
#endif

}  // namespace memplace
