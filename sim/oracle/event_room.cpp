// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/oracle/event_checks.h"
#include "sim/oracle/naive_facts.h"

namespace memplace {
namespace {

// Bytes of an instance that belong to a tensor for some time. All ends are exclusive.
struct LiveRange {
  TensorId tensor;
  MemoryId memory;
  std::uint32_t instance = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t taken = 0;  // in whole multiples of the alignment
  Picoseconds from;
  Picoseconds until;
};

// What of memories is taken when, in order of time. Addresses are one a storage and one a copy.
class LiveRanges {
 public:
  LiveRanges(const RunEvents& run, const Mapping& homes, const Addresses& addresses)
      : run_(run), homes_(homes), addresses_(addresses) {}

  std::vector<LiveRange> find() {
    for (const Address& address : addresses_.tensors) {
      if (address.memory != homes_[address.tensor]) {
        for (const Turn& turn : run_.turns()) {
          const Move& move = *run_.move_of(address.tensor);
          add(address, turn, first_grant(run_.piece_writes(turn, move)), last_read(turn, address));
        }
      } else if (tensor(address).kind == TensorKind::kWeights) {
        add_weights(address);
      } else {
        for (const Turn& turn : run_.turns()) {
          add_at_home(address, turn);
        }
      }
    }
    std::sort(ranges_.begin(), ranges_.end(), [](const LiveRange& a, const LiveRange& b) {
      return std::tie(a.from, a.tensor, a.instance) < std::tie(b.from, b.tensor, b.instance);
    });
    return ranges_;
  }

 private:
  const Tensor& tensor(const Address& address) const {
    return run_.program().graph().tensor(address.tensor);
  }
  const Memory& memory(const Address& address) const {
    return run_.program().chip().memories[address.memory];
  }

  // Once in each instance.
  void add_weights(const Address& address) {
    const auto streams = static_cast<std::uint32_t>(run_.program().mode().streams);
    const std::uint32_t instances = memory(address).scope == Scope::kEngine ? streams : 1;
    for (std::uint32_t instance = 0; instance < instances; ++instance) {
      add(address, instance, 0, Picoseconds(0),
          Picoseconds(std::numeric_limits<std::int64_t>::max()));
    }
  }

  void add_at_home(const Address& address, const Turn& turn) {
    const NaiveFacts& facts = run_.facts(address.tensor);
    const Picoseconds from = facts.written.has_value()
                                 ? first_grant(run_.outputs(turn, OpId(*facts.written)))
                                 : run_.begin(turn);
    add(address, turn, from, facts.kept ? run_.end(turn) : last_read(turn, address));
  }

  Picoseconds last_read(const Turn& turn, const Address& address) const {
    const auto readers = run_.readers(address.tensor);
    return readers.empty() ? run_.begin(turn) : run_.computed(turn, readers.back());
  }

  static Picoseconds first_grant(const std::vector<const TransferEvent*>& writes) {
    Picoseconds first(std::numeric_limits<std::int64_t>::max());
    for (const TransferEvent* write : writes) {
      if (write->bytes > Bytes(0)) {
        first = std::min(first, write->granted);
      }
    }
    return first;
  }

  // A stream's own.
  void add(const Address& address, const Turn& turn, Picoseconds from, Picoseconds until) {
    const bool pooled = memory(address).scope == Scope::kEngine;
    const std::int64_t stride = addresses_.arenas[address.memory].stride.count();
    add(address, pooled ? turn.stream : 0, pooled ? 0 : turn.stream * stride, from, until);
  }

  void add(const Address& address, std::uint32_t instance, std::int64_t above, Picoseconds from,
           Picoseconds until) {
    if (from >= until) {
      return;
    }
    LiveRange range;
    range.tensor = address.tensor;
    range.memory = address.memory;
    range.instance = instance;
    range.begin = address.offset.count() + above;
    range.end = range.begin + address.bytes.count();
    const std::int64_t unit = memory(address).alignment.count();
    range.taken = ceil_div(address.bytes.count(), unit) * unit;
    range.from = from;
    range.until = until;
    ranges_.push_back(range);
  }

  const RunEvents& run_;
  const Mapping& homes_;
  const Addresses& addresses_;
  std::vector<LiveRange> ranges_;
};

class RoomChecker {
 public:
  RoomChecker(const RunEvents& run, const Mapping& homes, const Addresses& addresses)
      : run_(run), homes_(homes), addresses_(addresses) {}

  FoundViolation check() const {
    if (const FoundViolation found = check_addresses()) {
      return found;
    }
    const std::vector<LiveRange> ranges = LiveRanges(run_, homes_, addresses_).find();
    for (const auto what :
         {&RoomChecker::check_capacity, &RoomChecker::check_inside, &RoomChecker::check_overlap}) {
      if (const FoundViolation found = (this->*what)(ranges)) {
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  FoundViolation check_addresses() const {
    const Chip& chip = run_.program().chip();
    for (const TensorId id : run_.program().graph().tensors()) {
      const Bytes bytes = run_.program().graph().tensor(id).bytes;
      const bool own = run_.facts(id).source == id && bytes > Bytes(0);
      const Move* move = run_.move_of(id);
      std::size_t at_home = 0;
      std::size_t copies = 0;
      for (const Address& address : addresses_.tensors) {
        if (address.tensor != id) {
          continue;
        }
        const bool home = address.memory == homes_[id];
        const bool copy = move != nullptr && address.memory == move->to;
        at_home += home ? 1U : 0U;
        copies += copy ? 1U : 0U;
        if ((!home && !copy) || (copy && address.offset != move->offset) ||
            address.bytes != bytes ||
            address.offset.count() % chip.memories[address.memory].alignment.count() != 0) {
          return about_tensor(EventViolation::kOtherAddress, id);
        }
      }
      if (at_home != (own ? 1U : 0U) || copies != (move != nullptr ? 1U : 0U)) {
        return about_tensor(EventViolation::kOtherAddress, id);
      }
    }
    return std::nullopt;
  }

  std::int64_t capacity(MemoryId id) const {
    const Memory& memory = run_.program().chip().memories[id];
    const std::int64_t bytes = naive_capacity(memory, run_.program().mode()).count();
    return bytes - bytes % memory.alignment.count();
  }

  FoundViolation check_capacity(const std::vector<LiveRange>& ranges) const {
    // What ends at an instant ends before what begins at it.
    std::vector<std::tuple<Picoseconds, bool, const LiveRange*>> changes;
    for (const LiveRange& range : ranges) {
      changes.emplace_back(range.from, true, &range);
      changes.emplace_back(range.until, false, &range);
    }
    std::sort(changes.begin(), changes.end());
    std::map<std::pair<MemoryId, std::uint32_t>, std::int64_t> live;
    for (const auto& [when, begins, range] : changes) {
      std::int64_t& bytes = live[{range->memory, range->instance}];
      bytes += begins ? range->taken : -range->taken;
      if (bytes > capacity(range->memory)) {
        return about_range(EventViolation::kOverCapacity, *range);
      }
    }
    return std::nullopt;
  }

  FoundViolation check_inside(const std::vector<LiveRange>& ranges) const {
    for (const LiveRange& range : ranges) {
      if (range.begin < 0 || range.begin + range.taken > capacity(range.memory)) {
        return about_range(EventViolation::kOutside, range);
      }
    }
    return std::nullopt;
  }

  FoundViolation check_overlap(const std::vector<LiveRange>& ranges) const {
    std::vector<const LiveRange*> living;
    for (const LiveRange& range : ranges) {
      std::erase_if(living, [&](const LiveRange* other) { return other->until <= range.from; });
      for (const LiveRange* other : living) {
        if (other->memory == range.memory && other->instance == range.instance &&
            other->begin < range.end && range.begin < other->end) {
          EventValidation found = about_range(EventViolation::kOverlap, range);
          found.other = other->tensor;
          return found;
        }
      }
      living.push_back(&range);
    }
    return std::nullopt;
  }

  static EventValidation about_range(EventViolation violation, const LiveRange& range) {
    return {violation, {}, range.from, range.tensor, {}};
  }

  const RunEvents& run_;
  const Mapping& homes_;
  const Addresses& addresses_;
};

}  // namespace

FoundViolation check_room(const RunEvents& run, const Mapping& homes, const Addresses& addresses) {
  return RoomChecker(run, homes, addresses).check();
}

}  // namespace memplace
