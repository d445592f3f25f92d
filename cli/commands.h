// SPDX-License-Identifier: Apache-2.0
// The commands of the program: each declares its arguments, then runs with them. Both throw Error
// for the user's mistakes and InfeasibleFailure where nothing fits.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.h"
#include "cli/console.h"

namespace memplace {

struct Command {
  std::string name;
  std::string summary;
  void (*declare)(Arguments& arguments);
  void (*execute)(const Arguments& arguments, const Console& console);
};

// In the order in which users should meet them.
std::span<const Command> commands();

void declare_simulate(Arguments& arguments);
void execute_simulate(const Arguments& arguments, const Console& console);
void declare_optimize(Arguments& arguments);
void execute_optimize(const Arguments& arguments, const Console& console);
void declare_describe(Arguments& arguments);
void execute_describe(const Arguments& arguments, const Console& console);
void declare_list(Arguments& arguments);
void execute_list(const Arguments& arguments, const Console& console);

}  // namespace memplace
