// SPDX-License-Identifier: Apache-2.0
#include "sim/event/in_order.h"

#include <algorithm>
#include <utility>

namespace memplace::event {

void InOrder::begin(SimObserver* observer) {
  observer_ = observer;
  held_.clear();
  number_ = 0;
}

bool InOrder::is_later(const Held& a, const Held& b) {
  return std::pair(a.time, a.number) > std::pair(b.time, b.number);
}

void InOrder::push(Picoseconds time, std::variant<TransferEvent, ComputeEvent> event) {
  held_.push_back({time.count(), number_++, event});
  std::push_heap(held_.begin(), held_.end(), is_later);
}

void InOrder::release(Time now) {
  while (!held_.empty() && held_.front().time <= now) {
    std::pop_heap(held_.begin(), held_.end(), is_later);
    const auto& event = held_.back().event;
    if (const auto* transfer = std::get_if<TransferEvent>(&event)) {
      observer_->on_transfer(*transfer);
    } else {
      observer_->on_compute(std::get<ComputeEvent>(event));
    }
    held_.pop_back();
  }
}

}  // namespace memplace::event
