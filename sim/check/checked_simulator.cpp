// SPDX-License-Identifier: Apache-2.0
#include "sim/check/checked_simulator.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "sim/check/difference.h"
#include "sim/check/event_log.h"

namespace memplace {
namespace {

// Keeps the events and hands them on.
class Tee final : public SimObserver {
 public:
  Tee(EventLog& log, SimObserver* next) : log_(log), next_(next) {}

  void on_transfer(const TransferEvent& event) override {
    log_.on_transfer(event);
    if (next_ != nullptr) {
      next_->on_transfer(event);
    }
  }
  void on_compute(const ComputeEvent& event) override {
    log_.on_compute(event);
    if (next_ != nullptr) {
      next_->on_compute(event);
    }
  }

 private:
  EventLog& log_;
  SimObserver* next_;
};

struct Side {
  std::string_view model;
  std::unique_ptr<SimSession> session;
};

class CheckedSession final : public SimSession {
 public:
  CheckedSession(const Program& program, Side a, Side b)
      : program_(program), sides_{std::move(a), std::move(b)} {}

  SimResult run(const Placed& placed, SimObserver* observer) override {
    std::array<ModelRun, 2> runs;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      runs[i].model = sides_[i].model;
      Tee tee(runs[i].events, i == 0 ? observer : nullptr);
      runs[i].result = sides_[i].session->run(placed, &tee);
      runs[i].events.sort();
    }
    if (const auto difference = first_difference(program_, runs[0], runs[1])) {
      throw Difference(*difference);
    }
    const SimResult& result = runs.front().result;
    check_each("latency()", &SimSession::latency, placed, result.latency);
    return std::move(runs.front().result);
  }

  Picoseconds latency(const Placed& placed) override { return run(placed, nullptr).latency; }

  Picoseconds rebase(const Placed& placed) override {
    const Picoseconds latency = run(placed, nullptr).latency;
    check_each("rebase()", &SimSession::rebase, placed, latency);
    return latency;
  }

  Picoseconds latency_near(const Placed& placed) override {
    const Picoseconds latency = run(placed, nullptr).latency;
    check_each("latency_near()", &SimSession::latency_near, placed, latency);
    return latency;
  }

  std::unique_ptr<SimSession> fork() const override {
    return std::make_unique<CheckedSession>(program_,
                                            Side{sides_[0].model, sides_[0].session->fork()},
                                            Side{sides_[1].model, sides_[1].session->fork()});
  }

 private:
  void check_each(const char* name, Picoseconds (SimSession::*call)(const Placed&),
                  const Placed& placed, Picoseconds of_run) {
    for (const Side& side : sides_) {
      const Picoseconds found = ((*side.session).*call)(placed);
      if (found != of_run) {
        throw Difference(fmt::format("{} differs from itself: {} is {} ns, its run takes {} ns\n",
                                     side.model, name, nanoseconds(found), nanoseconds(of_run)));
      }
    }
  }

  const Program& program_;
  std::array<Side, 2> sides_;
};

}  // namespace

CheckedSimulator::CheckedSimulator(std::unique_ptr<Simulator> a, std::unique_ptr<Simulator> b)
    : a_(std::move(a)), b_(std::move(b)) {}

std::unique_ptr<SimSession> CheckedSimulator::open(const Program& program) {
  return std::make_unique<CheckedSession>(program, Side{a_->name(), a_->open(program)},
                                          Side{b_->name(), b_->open(program)});
}

}  // namespace memplace
