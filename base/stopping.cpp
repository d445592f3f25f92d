// SPDX-License-Identifier: Apache-2.0
#include "base/stopping.h"

#include <utility>

namespace memplace {
namespace {

thread_local const StopScope* t_innermost = nullptr;

}  // namespace

StopScope::StopScope(std::function<bool()> wanted)
    : wanted_(std::move(wanted)), outer_(std::exchange(t_innermost, this)) {}

StopScope::~StopScope() { t_innermost = outer_; }

bool StopScope::stopped() const {
  if (!stopped_.load(std::memory_order_relaxed) && wanted_ && wanted_()) {
    stopped_.store(true, std::memory_order_relaxed);
  }
  return stopped_.load(std::memory_order_relaxed);
}

const StopScope* StopScope::innermost() { return t_innermost; }

SharedStop::SharedStop(const StopScope* scope) : before_(std::exchange(t_innermost, scope)) {}

SharedStop::~SharedStop() { t_innermost = before_; }

bool stop_wanted() {
  for (const StopScope* scope = t_innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->stopped()) {
      return true;
    }
  }
  return false;
}

void look_for_stop() {
  if (stop_wanted()) {
    throw Stopped();
  }
}

}  // namespace memplace
