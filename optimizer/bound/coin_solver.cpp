// SPDX-License-Identifier: Apache-2.0
// COIN-OR's Clp for linear programs, its CBC for integer ones; nothing where they are not found.
#include "optimizer/bound/linear_solver.h"

#ifndef MEMPLACE_HAS_COIN

namespace memplace::bound {

std::unique_ptr<LinearSolver> make_linear_solver() { return nullptr; }
std::string linear_solver_name() { return {}; }

}  // namespace memplace::bound

#else

#include <CbcConfig.h>
#include <CbcEventHandler.hpp>
#include <CbcHeuristicFPump.hpp>
#include <CbcHeuristicLocal.hpp>
#include <CbcHeuristicRINS.hpp>
#include <CbcModel.hpp>
#include <CglGomory.hpp>
#include <CglKnapsackCover.hpp>
#include <CglMixedIntegerRounding2.hpp>
#include <ClpConfig.h>
#include <ClpEventHandler.hpp>
#include <CoinPackedVector.hpp>
#include <OsiClpSolverInterface.hpp>
#include <fmt/format.h>

#include "base/stopping.h"

namespace memplace::bound {
namespace {

// Ends Clp's solving after the pivot at hand. Clp and its copies each keep a clone.
class PivotStop final : public ClpEventHandler {
 public:
  ClpEventHandler* clone() const override { return new PivotStop(*this); }
  int event(Event what) override {
    return (what == endOfIteration || what == endOfFactorization) && stop_wanted() ? 0 : -1;
  }
};

// Ends CBC's search after the node, cut or heuristic at hand.
class NodeStop final : public CbcEventHandler {
 public:
  CbcEventHandler* clone() const override { return new NodeStop(*this); }
  CbcAction event(CbcEvent /*what*/) override { return stop_wanted() ? stop : noAction; }
};

class CoinSolver final : public LinearSolver {
 public:
  CoinSolver() {
    solver_.messageHandler()->setLogLevel(0);
    solver_.getModelPtr()->setLogLevel(0);
    solver_.setObjSense(1);
    PivotStop handler;
    solver_.getModelPtr()->passInEventHandler(&handler);
  }

  void add_column(double lower, double upper, double cost) override {
    look_for_stop();  // each one may copy all that are there
    solver_.addCol(CoinPackedVector(), lower, upper, cost);
  }

  void add_row(const LinearRow& row) override {
    look_for_stop();
    CoinPackedVector terms;
    for (const auto& [column, factor] : row.terms) {
      terms.insert(static_cast<int>(column), factor);
    }
    solver_.addRow(terms, row.lower, row.upper);
  }

  void set_bounds(std::uint32_t column, double lower, double upper) override {
    solver_.setColBounds(static_cast<int>(column), lower, upper);
  }

  void remove_rows(std::span<const int> rows) override {
    solver_.deleteRows(static_cast<int>(rows.size()), rows.data());
  }

  std::optional<LinearSolution> solve() override {
    if (solved_) {
      solver_.resolve();
    } else {
      solver_.initialSolve();
    }
    look_for_stop();
    solved_ = solver_.isProvenOptimal();
    if (!solved_) {
      return std::nullopt;
    }
    LinearSolution solution;
    solution.objective = solver_.getObjValue();
    solution.values.assign(solver_.getColSolution(),
                           solver_.getColSolution() + solver_.getNumCols());
    solution.duals.assign(solver_.getRowPrice(), solver_.getRowPrice() + solver_.getNumRows());
    return solution;
  }

  std::optional<IntegerSolution> solve_integers(std::span<const std::uint32_t> integers,
                                                const IntegerLimits& limits) override {
    OsiClpSolverInterface whole(solver_);
    for (const std::uint32_t column : integers) {
      whole.setInteger(static_cast<int>(column));
    }
    CbcModel model(whole);
    model.messageHandler()->setLogLevel(0);
    model.solver()->messageHandler()->setLogLevel(0);
    model.setLogLevel(0);
    model.setMaximumNodes(static_cast<int>(limits.nodes));
    model.setAllowableFractionGap(limits.gap);
    CglKnapsackCover covers;
    CglMixedIntegerRounding2 rounding;
    CglGomory gomory;
    gomory.setLimit(100);
    model.addCutGenerator(&covers, -1, "covers");
    model.addCutGenerator(&rounding, -1, "rounding");
    model.addCutGenerator(&gomory, -1, "gomory");
    CbcHeuristicFPump pump(model);
    CbcRounding round(model);
    CbcHeuristicLocal local(model);
    CbcHeuristicRINS rins(model);
    model.addHeuristic(&pump);
    model.addHeuristic(&round);
    model.addHeuristic(&local);
    model.addHeuristic(&rins);
    NodeStop handler;
    model.passInEventHandler(&handler);
    model.initialSolve();
    look_for_stop();
    if (!model.solver()->isProvenOptimal()) {
      return std::nullopt;
    }
    model.branchAndBound();
    look_for_stop();
    IntegerSolution solution;
    solution.bound = model.getBestPossibleObjValue();
    if (const double* best = model.bestSolution(); best != nullptr) {
      solution.values.assign(best, best + whole.getNumCols());
    }
    return solution;
  }

 private:
  OsiClpSolverInterface solver_;
  bool solved_ = false;
};

}  // namespace

std::unique_ptr<LinearSolver> make_linear_solver() { return std::make_unique<CoinSolver>(); }

std::string linear_solver_name() { return fmt::format("Clp {}, CBC {}", CLP_VERSION, CBC_VERSION); }

}  // namespace memplace::bound

#endif  // MEMPLACE_HAS_COIN
