// SPDX-License-Identifier: Apache-2.0
// Mappings that have to be made feasible: where none can be given, that is a failure.
#pragma once

#include <stdexcept>

#include "sim/feasible/rectify.h"

namespace memplace {

// Nothing fits, or not as it was asked for: no mistake in what was written, and no result. what()
// is one message, complete in itself.
class InfeasibleFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `asked` made feasible. Throw InfeasibleFailure where nothing fits.
Rectified made_feasible(Rectifier& rectifier, const Mapping& asked);
Rectified made_feasible(const Problem& problem, const Mapping& asked);

// A rectifier that was seen to have an answer to every mapping. Throws as the others.
Rectifier fitting_rectifier(const Problem& problem);

}  // namespace memplace
