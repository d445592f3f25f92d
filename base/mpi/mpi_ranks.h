// SPDX-License-Identifier: Apache-2.0
// Ranks that talk MPI.
#pragma once

#include <memory>

#include "base/ranks.h"

namespace memplace {

// Joins the ranks that were launched with this process; once in a process, on the thread that will
// call all of what is returned.
std::unique_ptr<Ranks> join_mpi_ranks();

}  // namespace memplace
