// SPDX-License-Identifier: Apache-2.0
// The models that this build simulates with.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "sim/simulator.h"

namespace memplace {

inline constexpr const char* kDefaultModel = "event";

bool has_systemc();

// Throws Error for a model that was left out of this build; what it calls the model begins with
// `label`.
void check_model(const std::string& model, std::string_view label = "model ");

// As many threads as its simulator works on at once, at most `threads`: SystemC's kernel is one a
// process.
std::size_t fitting_threads(const std::string& model, std::size_t threads);

// `model` passed check_model(). The one named "both" throws Difference (sim/check) where event and
// systemc disagree.
std::unique_ptr<Simulator> make_simulator(const std::string& model);

}  // namespace memplace
