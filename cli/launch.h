// SPDX-License-Identifier: Apache-2.0
// Whether a launcher (mpirun, srun) started this process as one of several.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ranks.h"

namespace memplace {

// What a launcher left in the environment.
struct Launch {
  std::string variable;  // that gave it away
  std::size_t rank = 0;
};

// `variable` looks one up: its text, or null. Nothing where no launcher that speaks MPI's process
// management started this process. docs/guide/scale.md lists the variables.
std::optional<Launch> find_launch(const std::function<const char*(const char* name)>& variable);
std::optional<Launch> find_launch();  // in this process' environment

// The ranks of the launch. Throws Error where this build cannot join them.
std::unique_ptr<Ranks> join_ranks(const Launch& launch);

}  // namespace memplace
