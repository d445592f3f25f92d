// SPDX-License-Identifier: Apache-2.0
// The options of egrl, and which of them its halves have.
#pragma once

#include <vector>

#include "optimizer/egrl/egrl.h"
#include "optimizer/options.h"

namespace memplace {

enum class EgrlParts { kAll, kEvolution, kGradient };

// With the defaults of the strategy that has these parts.
std::vector<OptionInfo> egrl_options(EgrlParts parts);

// Throws Error where values do not go together.
EgrlRule egrl_rule(EgrlParts parts, const Options& options);

}  // namespace memplace
