// SPDX-License-Identifier: Apache-2.0
// The problem that a request poses: its constraints and effort on a network, chip and mode that are
// loaded.
#pragma once

#include "optimizer/studies/settings/request.h"
#include "sim/placement/problem.h"

namespace memplace {

// `loaded` has neither, or the request's already. Throw Error for constraints that make no sense.
Problem problem_of(const ProgramRequest& request, const Problem& loaded);
Problem problem_of(const SimulationRequest& request, const Problem& loaded);
Problem problem_of(const SearchRequest& request, const Problem& loaded);

}  // namespace memplace
