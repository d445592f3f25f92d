// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <tuple>
#include <vector>

#include "base/rates.h"
#include "sim/oracle/event_checks.h"

namespace memplace {
namespace {

Picoseconds time_of(const TransferEvent& event, const Program& program, Bytes bytes) {
  const Memory& memory = program.chip().memories[event.memory];
  const Bandwidth one = event.key.is_write() ? memory.write_bandwidth : memory.read_bandwidth;
  const std::int64_t pooled =
      memory.scope == Scope::kEngine ? program.mode().engines_per_stream : 1;
  return transfer_time(bytes, one * pooled);
}

// Each burst is rounded up by itself.
Picoseconds service_of(const TransferEvent& event, const Program& program) {
  const auto burst = program.chip().memories[event.memory].max_burst;
  if (!burst.has_value() || event.bytes <= *burst) {
    return time_of(event, program, event.bytes);
  }
  const std::int64_t whole = event.bytes.count() / burst->count();
  return time_of(event, program, *burst) * whole +
         time_of(event, program, event.bytes - *burst * whole);
}

class RateChecker {
 public:
  explicit RateChecker(const RunEvents& run) : run_(run) {}

  FoundViolation check() const {
    if (const FoundViolation found = check_times()) {
      return found;
    }
    if (const FoundViolation found = check_channels()) {
      return found;
    }
    return check_pieces();
  }

 private:
  FoundViolation check_times() const {
    for (const TransferEvent& event : run_.transfers()) {
      const Memory& memory = run_.program().chip().memories[event.memory];
      const Picoseconds service = service_of(event, run_.program());
      const Picoseconds taken = event.served - event.granted;
      const bool divided = memory.max_burst.has_value() && event.bytes > *memory.max_burst;
      const Picoseconds latency = event.bytes > Bytes(0) ? memory.latency : Picoseconds(0);
      if (event.posted < Picoseconds(0) || event.granted < event.posted ||
          (divided ? taken < service : taken != service) ||
          (event.bytes == Bytes(0) && event.granted != event.posted) ||
          event.arrived != event.served + latency) {
        return about_request(EventViolation::kOtherTime, event);
      }
    }
    for (const ComputeEvent& event : run_.computes()) {
      if (event.end != event.begin + run_.program().tiles[event.tile].compute) {
        return about_request(EventViolation::kOtherTime, output_of(event), event.begin);
      }
    }
    return std::nullopt;
  }

  FoundViolation check_channels() const {
    std::map<std::tuple<MemoryId, std::uint32_t, bool>, std::vector<const TransferEvent*>> channels;
    for (const TransferEvent& event : run_.transfers()) {
      const bool split = run_.program().chip().memories[event.memory].channels == Channels::kSplit;
      if (event.bytes > Bytes(0)) {
        channels[{event.memory, event.instance, split && event.key.is_write()}].push_back(&event);
      }
    }
    for (auto& [channel, events] : channels) {
      if (const TransferEvent* late = find_late(events)) {
        return about_request(EventViolation::kTwoAtOnce, *late);
      }
    }
    return std::nullopt;
  }

  // One who would not be served in time if, at every instant, the channel served whoever has been
  // granted and has to be served soonest. That works out if anything does; where nothing has
  // bursts, just if no two services overlap.
  const TransferEvent* find_late(std::vector<const TransferEvent*>& events) const {
    std::sort(events.begin(), events.end(), [](const TransferEvent* a, const TransferEvent* b) {
      return std::tie(a->granted, a->key) < std::tie(b->granted, b->key);
    });
    struct Waiting {
      Picoseconds due;
      std::size_t number;
      Picoseconds left;
      bool operator>(const Waiting& other) const {
        return std::tie(due, number) > std::tie(other.due, other.number);
      }
    };
    std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting;
    Picoseconds now;
    for (std::size_t next = 0; next < events.size() || !waiting.empty();) {
      if (waiting.empty()) {
        now = std::max(now, events[next]->granted);
      }
      for (; next < events.size() && events[next]->granted <= now; ++next) {
        waiting.push({events[next]->served, next, service_of(*events[next], run_.program())});
      }
      Waiting first = waiting.top();
      waiting.pop();
      Picoseconds until = now + first.left;
      if (until > first.due) {
        return events[first.number];
      }
      if (next < events.size() && events[next]->granted < until) {
        until = events[next]->granted;
        first.left -= until - now;
        waiting.push(first);
      }
      now = until;
    }
    return nullptr;
  }

  // A piece has its place from before its overhead until it is written.
  FoundViolation check_pieces() const {
    const Mover& mover = run_.program().chip().mover;
    std::vector<std::tuple<std::uint32_t, Picoseconds, int, RequestKey>> changes;
    for (const Turn& turn : run_.turns()) {
      for (const Move& move : run_.moves()) {
        for (std::uint32_t piece = 0; piece < run_.pieces(move); ++piece) {
          const TransferEvent& read = *run_.find(run_.piece_key(turn, move, piece, false));
          const TransferEvent& write = *run_.find(run_.piece_key(turn, move, piece, true));
          changes.emplace_back(turn.stream, read.posted - mover.overhead, 1, read.key);
          changes.emplace_back(turn.stream, write.arrived, -1, write.key);
        }
      }
    }
    std::sort(changes.begin(), changes.end());
    std::int64_t under_way = 0;
    for (const auto& [stream, when, change, key] : changes) {
      under_way += change;
      if (under_way > mover.in_flight) {
        return about_request(EventViolation::kTooManyPieces, key, when);
      }
    }
    return std::nullopt;
  }

  const RunEvents& run_;
};

}  // namespace

FoundViolation check_rates(const RunEvents& run) { return RateChecker(run).check(); }

}  // namespace memplace
