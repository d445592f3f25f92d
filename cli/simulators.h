// SPDX-License-Identifier: Apache-2.0
// The models that this build of the program simulates with.
#pragma once

#include <memory>
#include <string>

#include "cli/arguments.h"
#include "sim/simulator.h"

namespace memplace {

inline constexpr const char* kDefaultModel = "event";

bool has_systemc();

void declare_model(Arguments& arguments);  // --model

// The model that --model names, or the default. Throws Error for unknown names, and for models that
// were left out of this build.
std::string choose_model(const Arguments& arguments);

// `model` is of choose_model(). The one named "both" throws Difference (sim/check) where event and
// systemc disagree.
std::unique_ptr<Simulator> make_simulator(const std::string& model);

}  // namespace memplace
