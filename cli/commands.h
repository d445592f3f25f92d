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
  bool hidden = false;       // from help, completion and manuals: for who builds memplace
  bool shares_work = false;  // with other ranks, where a launcher started several
};

// In the order in which users should meet them.
std::span<const Command> commands();

void declare_simulate(Arguments& arguments);
void execute_simulate(const Arguments& arguments, const Console& console);
void declare_optimize(Arguments& arguments);
void execute_optimize(const Arguments& arguments, const Console& console);
void declare_bound(Arguments& arguments);
void execute_bound(const Arguments& arguments, const Console& console);
void declare_experiment(Arguments& arguments);
void execute_experiment(const Arguments& arguments, const Console& console);
void declare_sweep(Arguments& arguments);
void execute_sweep(const Arguments& arguments, const Console& console);
void declare_report(Arguments& arguments);
void execute_report(const Arguments& arguments, const Console& console);
void declare_train(Arguments& arguments);
void execute_train(const Arguments& arguments, const Console& console);
void declare_compare(Arguments& arguments);
void execute_compare(const Arguments& arguments, const Console& console);
void declare_describe(Arguments& arguments);
void execute_describe(const Arguments& arguments, const Console& console);
void declare_import(Arguments& arguments);
void execute_import(const Arguments& arguments, const Console& console);
void declare_export(Arguments& arguments);
void execute_export(const Arguments& arguments, const Console& console);
void declare_allocate(Arguments& arguments);
void execute_allocate(const Arguments& arguments, const Console& console);
void declare_serve(Arguments& arguments);
void execute_serve(const Arguments& arguments, const Console& console);
void declare_list(Arguments& arguments);
void execute_list(const Arguments& arguments, const Console& console);
void declare_bench(Arguments& arguments);
void execute_bench(const Arguments& arguments, const Console& console);
void declare_completion(Arguments& arguments);
void execute_completion(const Arguments& arguments, const Console& console);
void declare_generate(Arguments& arguments);
void execute_generate(const Arguments& arguments, const Console& console);

}  // namespace memplace
