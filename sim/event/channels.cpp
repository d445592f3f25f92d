// SPDX-License-Identifier: Apache-2.0
#include "sim/event/channels.h"

#include <algorithm>
#include <tuple>

#include "base/rates.h"

namespace memplace::event {

Request::Order Request::pack(const RequestKey& key) {
  return {
      static_cast<std::uint64_t>(key.kind) << 62U | std::uint64_t{key.stream} << 32U | key.position,
      std::uint64_t{key.tile} << 32U | key.operand};
}

RequestKey Request::key() const {
  RequestKey key;
  key.kind = static_cast<RequestKind>(order.high >> 62U);
  key.stream = static_cast<std::uint32_t>(order.high >> 32U) & 0x3fffffffU;
  key.position = static_cast<std::uint32_t>(order.high);
  key.tile = static_cast<std::uint32_t>(order.low >> 32U);
  key.operand = static_cast<std::uint32_t>(order.low);
  return key;
}

Channels::Channels(const Plan& plan)
    : plan_(plan), demand_first_(plan.program.chip().mover.service == MoverService::kDemandFirst) {
  for (const Memory& memory : plan.program.chip().memories) {
    const MemoryInstances view = instances_of(memory, plan.program.mode());
    first_.push_back(channels_.size());
    width_.push_back(memory.channels == memplace::Channels::kSplit ? 2 : 1);
    per_stream_.push_back(memory.scope == Scope::kEngine);
    burst_.push_back(memory.max_burst.value_or(Bytes(0)).count());
    for (std::size_t i = 0; i < view.instances * width_.back(); ++i) {
      if (memory.max_burst) {
        bursting_.push_back(channels_.size());
      }
      channels_.emplace_back();
    }
  }
}

void Channels::begin_run() {
  for (Channel& channel : channels_) {
    channel.free_at = channel.busy = 0;
    channel.read = channel.written = 0;
    channel.waiting.clear();
    channel.burst_end = kUnknown;
  }
  pieces_.clear();
}

void Channels::insert(Channel& channel, const Waiting& waiting) const {
  const auto rank = [&](const Waiting& w) {
    return std::tuple(demand_first_ && w.request.is_piece(), w.since, w.request.order);
  };
  const auto place =
      std::upper_bound(channel.waiting.begin(), channel.waiting.end(), waiting,
                       [&](const Waiting& a, const Waiting& b) { return rank(a) < rank(b); });
  channel.waiting.insert(place, waiting);
}

void Channels::queue_piece(const Request& request, Time now) {
  const std::size_t index = channel_of(request);
  Channel& channel = channels_[index];
  if (channel.waiting.empty()) {
    pieces_.push_back(index);
  }
  Waiting waiting;
  waiting.request = request;
  waiting.service.posted = waiting.since = now;
  insert(channel, waiting);
}

Time Channels::next_piece_grant() const {
  Time next = kUnknown;
  for (const std::size_t index : pieces_) {
    next = std::min(next, channels_[index].free_at);
  }
  return next;
}

void Channels::grant_pieces(Time now, std::vector<Finished>& granted) {
  std::erase_if(pieces_, [&](std::size_t index) {
    Channel& channel = channels_[index];
    if (channel.free_at > now) {
      return false;
    }
    const Waiting first = channel.waiting.front();
    channel.waiting.erase(channel.waiting.begin());
    Service service = serve(first.request, now);
    service.posted = first.since;
    granted.push_back({first.request, service});
    return channel.waiting.empty();
  });
}

void Channels::queue(const Request& request, Time now) {
  Waiting waiting;
  waiting.request = request;
  waiting.service.posted = waiting.since = now;
  waiting.service.granted = kUnknown;
  waiting.left = plan_.class_bytes[request.size_class].count();
  Channel& channel = channels_[channel_of(request)];
  count_bytes(channel, request);
  insert(channel, waiting);
}

void Channels::grant_idle(Time now) {
  for (const std::size_t index : bursting_) {
    Channel& channel = channels_[index];
    if (channel.burst_end != kUnknown || channel.waiting.empty()) {
      continue;
    }
    channel.serving = channel.waiting.front();
    channel.waiting.erase(channel.waiting.begin());
    Waiting& serving = channel.serving;
    serving.service.granted = std::min(serving.service.granted, now);
    serving.service.queued += now - serving.since;
    const std::size_t memory = serving.request.memory;
    channel.burst = std::min(serving.left, burst_[memory]);
    const MemoryInstances view =
        instances_of(plan_.program.chip().memories[MemoryId(memory)], plan_.program.mode());
    const Time time =
        transfer_time(Bytes(channel.burst),
                      is_write(serving.request) ? view.write_bandwidth : view.read_bandwidth)
            .count();
    channel.busy += time;
    channel.burst_end = now + time;
  }
}

Time Channels::next_burst_end() const {
  Time next = kUnknown;
  for (const std::size_t index : bursting_) {
    next = std::min(next, channels_[index].burst_end);
  }
  return next;
}

void Channels::end_bursts(Time now, std::vector<Finished>& finished) {
  for (const std::size_t index : bursting_) {
    Channel& channel = channels_[index];
    if (channel.burst_end != now) {
      continue;
    }
    channel.burst_end = kUnknown;
    Waiting& served = channel.serving;
    served.left -= channel.burst;
    if (served.left > 0) {
      served.since = now;
      insert(channel, served);
      continue;
    }
    served.service.served = now;
    served.service.arrived = now + plan_.latency[served.request.memory];
    finished.push_back({served.request, served.service});
  }
}

MemoryActivity Channels::activity(std::size_t memory) const {
  const std::size_t end = memory + 1 < first_.size() ? first_[memory + 1] : channels_.size();
  MemoryActivity sum;
  for (std::size_t i = first_[memory]; i < end; ++i) {
    sum.busy = std::max(sum.busy, Picoseconds(channels_[i].busy));
    sum.read += Bytes(channels_[i].read);
    sum.written += Bytes(channels_[i].written);
  }
  return sum;
}

}  // namespace memplace::event
