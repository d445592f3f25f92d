// SPDX-License-Identifier: Apache-2.0
// Stands in for coin_solver.cpp where Clp and CBC are not found.
#include "optimizer/bound/linear_solver.h"

namespace memplace::bound {

std::unique_ptr<LinearSolver> make_linear_solver() { return nullptr; }
std::string linear_solver_name() { return {}; }

}  // namespace memplace::bound
