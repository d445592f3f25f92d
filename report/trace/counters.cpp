// SPDX-License-Identifier: Apache-2.0
#include "report/trace/counters.h"

#include <algorithm>
#include <utility>

#include "base/int128.h"
#include "sim/feasible/occupancy.h"

namespace memplace {
namespace {

// `bytes` x part / whole, rounded down.
Bytes share(Bytes bytes, Picoseconds part, Picoseconds whole) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(bytes.count(), part.count(), &product)) {
    return Bytes(product / whole.count());  // dividing 128 bits takes several times as long
  }
  return Bytes(static_cast<std::int64_t>(static_cast<Uint128>(bytes.count()) *
                                         static_cast<Uint128>(part.count()) /
                                         static_cast<Uint128>(whole.count())));
}

}  // namespace

LiveBytesOverTime::LiveBytesOverTime(const Program& program, const Mapping& homes,
                                     const MovePlan& plan, Changed changed)
    : changed_(std::move(changed)),
      step_(static_cast<std::size_t>(program.mode().streams)),
      passed_(step_.size()) {
  const auto with_streams = [&](std::int64_t streams) {
    Mode mode = program.mode();
    mode.streams = streams;
    return occupancy(Problem(program.graph(), program.chip(), mode), homes, plan);
  };
  const Occupancy one = with_streams(1);
  const Occupancy two = with_streams(2);
  for (const MemoryId id : program.chip().memories.ids()) {
    first_.push_back(one[id].live);
    std::vector<Bytes> others = two[id].live;
    for (std::size_t step = 0; step < others.size(); ++step) {
      others[step] -= one[id].live[step];
    }
    others_.push_back(std::move(others));
    const std::size_t instances =
        instances_of(program.chip().memories[id], program.mode()).instances;
    for (std::size_t i = 0; i < instances; ++i) {
      if (program.chip().memories[id].scope == Scope::kEngine) {
        instances_.push_back({id, i, i, i + 1, Bytes(0)});
      } else {
        instances_.push_back({id, i, 0, step_.size(), Bytes(0)});
      }
    }
  }
}

void LiveBytesOverTime::begin() { tell(Picoseconds(0), true); }

void LiveBytesOverTime::take_up(std::size_t stream, std::size_t step, Picoseconds time) {
  pending_.push({time, stream, step, order_++});
}

void LiveBytesOverTime::passed(std::size_t stream, Picoseconds time) {
  passed_[stream] = time;
  if (!pending_.empty()) {
    tell_until(*std::min_element(passed_.begin(), passed_.end()));
  }
}

void LiveBytesOverTime::finish() { tell_until(kNever); }

// Steps at `time` itself may still come.
void LiveBytesOverTime::tell_until(Picoseconds time) {
  while (!pending_.empty() && pending_.top().time < time) {
    const Picoseconds now = pending_.top().time;
    for (; !pending_.empty() && pending_.top().time == now; pending_.pop()) {
      step_[pending_.top().stream] = pending_.top().step;
    }
    tell(now, false);
  }
}

void LiveBytesOverTime::tell(Picoseconds time, bool all) {
  for (Instance& instance : instances_) {
    const Bytes bytes = live(instance);
    if (all || bytes != instance.told) {
      instance.told = bytes;
      changed_(instance.memory, instance.number, time, bytes);
    }
  }
}

Bytes LiveBytesOverTime::live(const Instance& instance) const {
  Bytes bytes = first_[instance.memory][step_[instance.first_stream]];
  for (std::size_t stream = instance.first_stream + 1; stream < instance.end_stream; ++stream) {
    bytes += others_[instance.memory][step_[stream]];
  }
  return bytes;
}

void BandwidthWindows::add(Picoseconds begin, Picoseconds end, Bytes bytes) {
  if (end <= begin) {
    return;
  }
  while (end > width() * static_cast<std::int64_t>(kWindows)) {
    for (std::size_t i = 0; i < windows_.size(); i += 2) {
      windows_[i / 2] = windows_[i] + (i + 1 < windows_.size() ? windows_[i + 1] : Bytes(0));
    }
    windows_.resize((windows_.size() + 1) / 2);
    ++doublings_;
  }
  const std::size_t first = window_at(begin);
  const std::size_t last = window_at(end - Picoseconds(1));
  if (last >= windows_.size()) {
    windows_.resize(last + 1);
  }
  // Rounding down what has moved by each window's end makes the windows add up to `bytes`.
  Bytes moved;
  for (std::size_t window = first; window < last; ++window) {
    const Picoseconds until = width() * static_cast<std::int64_t>(window + 1);
    const Bytes by_then = share(bytes, until - begin, end - begin);
    windows_[window] += by_then - moved;
    moved = by_then;
  }
  windows_[last] += bytes - moved;
}

std::int64_t BandwidthWindows::bytes_per_second(std::size_t window, Picoseconds end) const {
  constexpr std::int64_t kPerSecond = 1'000'000'000'000;
  const std::int64_t begin = static_cast<std::int64_t>(window) * width().count();
  const std::int64_t length = std::min(width().count(), end.count() - begin);
  return static_cast<std::int64_t>(static_cast<Uint128>(windows_[window].count()) *
                                   static_cast<Uint128>(kPerSecond) / static_cast<Uint128>(length));
}

}  // namespace memplace
