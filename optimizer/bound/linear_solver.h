// SPDX-License-Identifier: Apache-2.0
// Linear and mixed integer programs, as far as bounds need them. Nothing that a solver says is
// trusted: its duals are evaluated exactly (certificate.h), its integer solutions are simulated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace memplace::bound {

// Programs are solved in these, which keeps their numbers near 1: microseconds and MiB; prices, in
// picoseconds a byte, are it as they are.
inline constexpr double kTimeUnit = 1e6;
inline constexpr double kBytesUnit = 1 << 20;
inline constexpr double kInfinite = std::numeric_limits<double>::max();  // of a row without limit

struct LinearRow {
  std::vector<std::pair<std::uint32_t, double>> terms;  // column, factor; each column once
  double lower = 0;
  double upper = 0;
};

struct LinearSolution {
  double objective = 0;
  std::vector<double> values;  // by column
  std::vector<double> duals;   // by row
};

struct IntegerLimits {
  std::size_t nodes = 0;
  double gap = 0;  // relative, at which to stop
};

struct IntegerSolution {
  double bound = 0;            // what the solver claims no solution is below
  std::vector<double> values;  // by column; empty where none was found
};

// Minimizes. Rows are added to and solved again from where the solver was. All of it
// looks for a stop (base/stopping.h), solving at each pivot; then the solver is of no use any more.
class LinearSolver {
 public:
  virtual ~LinearSolver() = default;
  virtual void add_column(double lower, double upper, double cost) = 0;
  virtual void add_row(const LinearRow& row) = 0;
  virtual void set_bounds(std::uint32_t column, double lower, double upper) = 0;
  // Those after them move up.
  virtual void remove_rows(std::span<const int> rows) = 0;
  // Nothing where there is no solution, or the solver failed.
  virtual std::optional<LinearSolution> solve() = 0;
  // The same with `integers` whole.
  virtual std::optional<IntegerSolution> solve_integers(std::span<const std::uint32_t> integers,
                                                        const IntegerLimits& limits) = 0;
};

// Null where memplace was built without one.
std::unique_ptr<LinearSolver> make_linear_solver();
// "Clp 1.17.6, Cbc 2.10.8", or empty.
std::string linear_solver_name();

}  // namespace memplace::bound
