// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/problem_of.h"

#include "sim/placement/constraint_patterns.h"

namespace memplace {
namespace {

PackingEffort effort_of(bool exact) { return exact ? kExactPacking : kQuickPacking; }

}  // namespace

Problem problem_of(const ProgramRequest& /*request*/, const Problem& loaded) { return loaded; }

Problem problem_of(const SimulationRequest& request, const Problem& loaded) {
  return loaded.under({}, effort_of(request.exact_allocator));
}

Problem problem_of(const SearchRequest& request, const Problem& loaded) {
  return loaded.under(read_constraints(loaded, request.pins, request.forbids),
                      effort_of(request.exact_allocator));
}

}  // namespace memplace
