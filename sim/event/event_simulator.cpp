// SPDX-License-Identifier: Apache-2.0
#include "sim/event/event_simulator.h"

#include <optional>

#include "sim/event/cache_lines.h"
#include "sim/event/engine.h"
#include "sim/event/incremental_walk.h"
#include "sim/event/walk.h"

namespace memplace {
namespace {

// On cache lines of its own, as sessions of several threads are made one after the other.
class alignas(event::kCacheLine) EventSession final : public SimSession {
 public:
  explicit EventSession(std::shared_ptr<const event::Plan> plan) : plan_(std::move(plan)) {
    if (event::Walk::can_walk(*plan_)) {
      walk_.emplace(*plan_);
    }
  }

  SimResult run(const Placed& placed, SimObserver* observer) override {
    return engine().run(placed, observer);
  }

  Picoseconds latency(const Placed& placed) override {
    return Picoseconds(walk_ ? walk_->run(placed).latency : engine().latency(placed));
  }

  Picoseconds rebase(const Placed& placed) override {
    if (!incremental_ && event::IncrementalWalk::can_walk(*plan_)) {
      incremental_.emplace(*plan_);
    }
    return incremental_ ? Picoseconds(incremental_->rebase(placed)) : latency(placed);
  }

  Picoseconds latency_near(const Placed& placed) override {
    return incremental_ ? Picoseconds(incremental_->latency(placed)) : latency(placed);
  }

  std::unique_ptr<SimSession> fork() const override {
    return std::make_unique<EventSession>(plan_);
  }

 private:
  event::Engine& engine() {
    if (!engine_) {
      engine_.emplace(*plan_);
    }
    return *engine_;
  }

  std::shared_ptr<const event::Plan> plan_;
  std::optional<event::Walk> walk_;
  std::optional<event::IncrementalWalk> incremental_;
  std::optional<event::Engine> engine_;
};

}  // namespace

std::unique_ptr<SimSession> EventSimulator::open(const Program& program) {
  return std::make_unique<EventSession>(std::make_shared<const event::Plan>(program));
}

}  // namespace memplace
