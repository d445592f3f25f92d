// SPDX-License-Identifier: Apache-2.0
// The channels of all memories (law 4), without a clock of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/event/plan.h"
#include "sim/simulator.h"

namespace memplace::event {

// A request as it is posted. `order` sorts requests of one instant: it is a RequestKey, packed.
struct Request {
  struct Order {
    std::uint64_t high = 0;  // kind, stream, position
    std::uint64_t low = 0;   // tile, operand
    auto operator<=>(const Order&) const = default;
  };
  Order order;
  std::uint32_t size_class = 0;
  std::uint16_t memory = 0;
  std::uint16_t stream = 0;
  std::uint32_t target = 0;  // whose arrival it is: meaning is the poster's

  bool is_piece() const {
    return order.high >> 62U == static_cast<std::uint64_t>(RequestKind::kMove);
  }
  static Order pack(const RequestKey& key);
  RequestKey key() const;
};

// When a request was served.
struct Service {
  Time posted = 0;
  Time granted = 0;
  Time served = 0;
  Time arrived = 0;
  Time queued = 0;
};

// First come first served makes a channel without bursts a single number, the time until which it
// is taken: a request posted now can be overtaken by none that is posted later, so its service is
// known at once. Only channels with `max_burst` keep a queue, and those for which pieces of moves
// wait that let demand go first: a piece is added to the number when nothing else is left.
class Channels {
 public:
  explicit Channels(const Plan& plan);

  void begin_run();

  bool has_bursts(std::size_t memory) const { return burst_[memory] > 0; }
  // Whether a request is one for queue_piece().
  bool waits_for_demand(const Request& request) const {
    return demand_first_ && request.is_piece() && !has_bursts(request.memory);
  }

  // Serves a request posted at `now` on a channel without bursts. Requests of one instant come in
  // their order.
  Service serve(const Request& request, Time now) {
    Channel& channel = channels_[channel_of(request)];
    const Time time = service_time(request);
    Service service;
    service.posted = now;
    service.granted = channel.free_at > now ? channel.free_at : now;
    service.served = channel.free_at = service.granted + time;
    service.arrived = service.served + plan_.latency[request.memory];
    service.queued = service.granted - now;
    channel.busy += time;
    count_bytes(channel, request);
    return service;
  }

  // A piece of a move where demand goes first: it waits until the channel is idle and no demand
  // is. To be granted at the end of an instant, after all that was posted at it.
  void queue_piece(const Request& request, Time now);
  Time next_piece_grant() const;  // kUnknown where none waits

  // The same for channels with bursts, in three steps: queue, grant what is idle at the end of an
  // instant, and take what has ended at a later one.
  void queue(const Request& request, Time now);
  void grant_idle(Time now);
  Time next_burst_end() const;  // kUnknown where none is being served

  struct Finished {
    Request request;
    Service service;
  };
  // Ends the bursts that end at `now`; appends the requests that are thereby completely served.
  void end_bursts(Time now, std::vector<Finished>& finished);
  // Grants pieces on the channels without bursts that are idle at `now`; appends them.
  void grant_pieces(Time now, std::vector<Finished>& granted);

  MemoryActivity activity(std::size_t memory) const;

 private:
  struct Waiting {
    Request request;
    Service service;
    Time since = 0;
    std::int64_t left = 0;  // bytes
  };
  struct Channel {
    Time free_at = 0;
    Time busy = 0;
    std::int64_t read = 0;
    std::int64_t written = 0;
    // In the order of service; without bursts only pieces of moves.
    std::vector<Waiting> waiting;
    Waiting serving;
    Time burst_end = kUnknown;
    std::int64_t burst = 0;
  };

  static bool is_write(const Request& request) {
    const std::uint64_t kind = request.order.high >> 62U;
    return kind == static_cast<std::uint64_t>(RequestKind::kOutput) ||
           (kind == static_cast<std::uint64_t>(RequestKind::kMove) && request.order.low % 2 == 1);
  }
  std::size_t channel_of(const Request& request) const {
    const std::size_t memory = request.memory;
    return first_[memory] + (per_stream_[memory] ? request.stream * width_[memory] : 0) +
           (width_[memory] > 1 && is_write(request) ? 1 : 0);
  }
  Time service_time(const Request& request) const {
    return is_write(request) ? plan_.write_time(request.size_class, request.memory)
                             : plan_.read_time(request.size_class, request.memory);
  }
  void count_bytes(Channel& channel, const Request& request) {
    const std::int64_t bytes = plan_.class_bytes[request.size_class].count();
    (is_write(request) ? channel.written : channel.read) += bytes;
  }
  void insert(Channel& channel, const Waiting& waiting) const;

  const Plan& plan_;
  std::vector<std::size_t> first_;     // by memory, into channels_
  std::vector<std::size_t> width_;     // channels of an instance: 1, or 2 where split
  std::vector<bool> per_stream_;       // an instance a stream
  std::vector<std::int64_t> burst_;    // bytes, 0: none
  std::vector<std::size_t> bursting_;  // channels that have bursts
  std::vector<std::size_t> pieces_;    // channels without, for which pieces wait
  bool demand_first_;
  std::vector<Channel> channels_;
};

}  // namespace memplace::event
