// SPDX-License-Identifier: Apache-2.0
// The options of egrl, and which of them its halves have.
#pragma once

#include <vector>

#include "optimizer/egrl/egrl.h"
#include "optimizer/search/options.h"

namespace memplace {

enum class EgrlParts { kAll, kEvolution, kGradient };

// With the defaults of the strategy that has these parts. Companions are in `catalog`, which
// outlives the options; who has not all parts has no companion, and needs none.
std::vector<OptionInfo> egrl_options(EgrlParts parts, const Catalog* catalog);

// Throws Error where values do not go together.
EgrlRule egrl_rule(EgrlParts parts, const Options& options, const Catalog* catalog);

}  // namespace memplace
