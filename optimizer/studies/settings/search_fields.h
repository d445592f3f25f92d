// SPDX-License-Identifier: Apache-2.0
// The tables of what a simulation and a search may be asked for.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "optimizer/search/options.h"
#include "optimizer/studies/settings/field.h"
#include "optimizer/studies/settings/request.h"

namespace memplace {

std::span<const RequestField<SimulationRequest>> simulation_fields();
std::span<const RequestField<SearchRequest>> search_fields();

// All options of the strategy, with the defaults of those that are not given. Throws Error for an
// unknown strategy or option, or a value out of its range.
Options options_of(const SearchRequest& request);
// Those of them that differ from their defaults, NAME=VALUE.
Words chosen_options(const SearchRequest& request);

// NAME=VALUE, apart and together.
std::vector<std::pair<std::string, std::string>> split_options(std::span<const std::string> texts);
Words joined_options(std::span<const std::pair<std::string, std::string>> options);

}  // namespace memplace
