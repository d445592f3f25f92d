// SPDX-License-Identifier: Apache-2.0
// Two models as one: every run is a run of both, and they must agree in everything.
#pragma once

#include <memory>
#include <stdexcept>
#include <string_view>

#include "sim/simulator.h"

namespace memplace {

// What two models disagree about: the text of first_difference() (sim/check/difference.h).
class Difference : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Every call throws Difference at the first event or statistic in which the two models differ, and
// where latency(), rebase() or latency_near() of either is not the latency of its run. An observer
// hears of the first model's events, before they are compared.
class CheckedSimulator final : public Simulator {
 public:
  CheckedSimulator(std::unique_ptr<Simulator> a, std::unique_ptr<Simulator> b);

  std::unique_ptr<SimSession> open(const Program& program) override;
  bool thread_safe() const override { return a_->thread_safe() && b_->thread_safe(); }
  std::string_view name() const override { return "both"; }

 private:
  std::unique_ptr<Simulator> a_;
  std::unique_ptr<Simulator> b_;
};

}  // namespace memplace
