// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/packer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/error.h"
#include "base/int128.h"
#include "base/stopping.h"
#include "sim/allocation/solver.h"
#include "sim/feasible/alignment.h"

namespace memplace {
namespace {

constexpr std::int64_t kNowhere = -1;

constexpr std::uint32_t kBuffersBetweenLooks = 64;

bool live_together(const PackedBuffer& a, const PackedBuffer& b) {
  return a.steps.begin < b.steps.end && b.steps.begin < a.steps.end;
}

}  // namespace

Packer::Packer(const Problem& problem, std::size_t most_pairs)
    : steps_(problem.graph().ops().size()), effort_(problem.effort()) {
  const Mode& mode = problem.mode();
  for (const Memory& memory : problem.chip().memories) {
    Room room;
    room.alignment = memory.alignment.count();
    room.capacity = align_down(instances_of(memory, mode).capacity, memory.alignment).count();
    room.copies = memory.scope == Scope::kChip ? mode.streams : 1;
    rooms_.push_back(std::move(room));
  }
  find_buffers(problem);
  find_sizes(problem.chip());
  find_groups(problem.graph());
  find_orders();
  find_pairs(most_pairs);
  is_member_.assign(buffers_.size(), 0);
  offset_.assign(buffers_.size(), kNowhere);
  members_.reserve(buffers_.size());
  placed_.reserve(buffers_.size());
  beside_.reserve(buffers_.size());
  candidates_.reserve(problem.decisions().size());
}

void Packer::find_buffers(const Problem& problem) {
  const Graph& graph = problem.graph();
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    if (graph.storage(id) == id && tensor.bytes > Bytes(0)) {
      const Lifetime steps = graph.lifetime(id);
      buffers_.push_back({id, problem.decisions().leader(id), steps, tensor.bytes,
                          tensor.kind == TensorKind::kWeights, steps == Lifetime{0, steps_}});
    }
  }
}

void Packer::find_sizes(const Chip& chip) {
  for (const MemoryId memory : chip.memories.ids()) {
    const Bytes alignment = chip.memories[memory].alignment;
    const MemoryId same = first_aligned_as(chip, memory);
    if (same != memory) {
      rooms_[memory].first_size = rooms_[same].first_size;
      continue;
    }
    rooms_[memory].first_size = sizes_.size();
    for (const PackedBuffer& buffer : buffers_) {
      sizes_.push_back(align_up(buffer.bytes, alignment).count());
    }
  }
}

void Packer::find_groups(const Graph& graph) {
  groups_ = IdVector<TensorId, Group>(graph.tensors().size());
  group_buffers_.resize(buffers_.size());
  std::iota(group_buffers_.begin(), group_buffers_.end(), 0U);
  std::stable_sort(
      group_buffers_.begin(), group_buffers_.end(),
      [&](std::uint32_t a, std::uint32_t b) { return buffers_[a].leader < buffers_[b].leader; });
  for (std::uint32_t k = 0; k < group_buffers_.size(); ++k) {
    Group& group = groups_[buffers_[group_buffers_[k]].leader];
    group.first = group.end == 0 ? k : group.first;
    group.end = k + 1;
  }
}

void Packer::find_orders() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < buffers_.size(); ++i) {
    (buffers_[i].throughout ? throughout_ : order).push_back(i);
  }
  const auto bytes = [&](std::uint32_t i) { return buffers_[i].bytes.count(); };
  const auto length = [&](std::uint32_t i) {
    return static_cast<std::int64_t>(buffers_[i].steps.end - buffers_[i].steps.begin);
  };
  const auto begin = [&](std::uint32_t i) { return buffers_[i].steps.begin; };
  const auto add = [&](auto key) {
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    orders_.push_back(order);
  };
  // Largest first, longest lifetime first, largest product of both first, in order of time.
  add([&](std::uint32_t i) { return std::tuple(-bytes(i), -length(i), i); });
  add([&](std::uint32_t i) { return std::tuple(-length(i), -bytes(i), i); });
  add([&](std::uint32_t i) {
    return std::tuple(~(static_cast<Uint128>(bytes(i)) * static_cast<Uint128>(length(i))),
                      -bytes(i), i);
  });
  add([&](std::uint32_t i) { return std::tuple(begin(i), -length(i), i); });
  MEMPLACE_ASSERT(orders_.size() == kOrders, std::to_string(orders_.size()));
}

void Packer::find_pairs(std::size_t most_pairs) {
  // In order of time, each buffer meets those that have not left when it comes.
  std::vector<std::vector<std::uint32_t>> pairs(buffers_.size());
  std::vector<std::uint32_t> live;
  std::size_t count = 0;
  for (const std::uint32_t i : orders_.back()) {
    std::erase_if(live, [&](std::uint32_t other) {
      return buffers_[other].steps.end <= buffers_[i].steps.begin;
    });
    count += 2 * live.size();
    if (count > most_pairs) {
      return;
    }
    for (const std::uint32_t other : live) {
      pairs[i].push_back(other);
      pairs[other].push_back(i);
    }
    live.push_back(i);
  }
  pairs_known_ = true;
  first_pair_.push_back(0);
  for (const auto& others : pairs) {
    pairs_.insert(pairs_.end(), others.begin(), others.end());
    first_pair_.push_back(static_cast<std::uint32_t>(pairs_.size()));
  }
}

// Finds what is in the memory, and the room that its members have. False where there is none even
// for what lives throughout.
bool Packer::collect(const Mapping& mapping, MemoryId memory) {
  const Room& room = rooms_[memory];
  size_ = sizes_.data() + room.first_size;
  for (const std::uint32_t i : members_) {
    is_member_[i] = 0;
  }
  members_.clear();
  once_ = bottom_ = sum_ = 0;
  for (const std::uint32_t i : throughout_) {
    const PackedBuffer& buffer = buffers_[i];
    if (mapping[buffer.leader] == memory) {
      (buffer.weights ? once_ : bottom_) += size_[i];
    }
  }
  for (const std::uint32_t i : orders_[0]) {
    if (mapping[buffers_[i].leader] == memory) {
      members_.push_back(i);
      is_member_[i] = 1;
      sum_ += size_[i];
    }
  }
  if (once_ > room.capacity) {
    return false;
  }
  const std::int64_t share = (room.capacity - once_) / room.copies;
  arena_bytes_ = share / room.alignment * room.alignment;
  room_ = arena_bytes_ - bottom_;
  return room_ >= 0;
}

bool Packer::packs(const Mapping& mapping, MemoryId memory) {
  if (!collect(mapping, memory)) {
    return false;
  }
  return sum_ <= room_ || is_learned(rooms_[memory]) || pack_members();
}

bool Packer::lay_out(const Mapping& mapping, MemoryId memory) {
  return lay_out_with(&Packer::pack_members, mapping, memory);
}

bool Packer::lay_out_low(const Mapping& mapping, MemoryId memory) {
  return lay_out_with(&Packer::pack_low, mapping, memory);
}

bool Packer::lay_out_with(bool (Packer::*pack)(), const Mapping& mapping, MemoryId memory) {
  if (!collect(mapping, memory)) {
    return false;
  }
  if (!(this->*pack)()) {
    const Room& room = rooms_[memory];
    if (!is_learned(room)) {
      return false;
    }
    begin_layout();
    for (const std::uint32_t i : members_) {
      offset_[i] = room.learned[i];
      placed_.push_back(i);
    }
  }
  address_.assign(buffers_.size(), kNowhere);
  std::int64_t weights_end = 0;
  std::int64_t bottom_end = once_;
  for (const std::uint32_t i : throughout_) {
    if (mapping[buffers_[i].leader] == memory) {
      std::int64_t& end = buffers_[i].weights ? weights_end : bottom_end;
      address_[i] = end;
      end += size_[i];
    }
  }
  layout_end_ = once_ + bottom_;
  for (const std::uint32_t i : members_) {
    address_[i] = once_ + bottom_ + offset_[i];
    layout_end_ = std::max(layout_end_, address_[i] + size_[i]);
  }
  return true;
}

bool Packer::learn(const Mapping& mapping, MemoryId memory, const PackingEffort& effort) {
  if (!collect(mapping, memory) || (!pack_members() && !pack_by_search(effort))) {
    return false;
  }
  rooms_[memory].learned = offset_;
  return true;
}

// Whether the members are part of the layout learned. What lives throughout is not asked: the
// members have the room that is left, and their layout must end within it.
bool Packer::is_learned(const Room& room) const {
  return !room.learned.empty() &&
         std::all_of(members_.begin(), members_.end(), [&](std::uint32_t i) {
           return room.learned[i] != kNowhere && room.learned[i] + size_[i] <= room_;
         });
}

bool Packer::pack_members() {
  if (pack_by_rules()) {
    return true;
  }
  return members_.size() <= effort_.most_searched && pack_by_search(effort_);
}

// The lowest of the layouts in order; where there is none, whatever is found.
bool Packer::pack_low() {
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  std::size_t best = 0;
  for (std::size_t order = 0; order < kOrders; ++order) {
    if (!pack_in_order(order)) {
      continue;
    }
    std::int64_t end = 0;
    for (const std::uint32_t i : members_) {
      end = std::max(end, offset_[i] + size_[i]);
    }
    if (end < lowest) {
      lowest = end;
      best = order;
    }
  }
  return lowest < std::numeric_limits<std::int64_t>::max() ? pack_in_order(best) : pack_members();
}

bool Packer::pack_by_rules() {
  for (std::size_t order = 0; order < kOrders; ++order) {
    if (pack_in_order(order)) {
      return true;
    }
  }
  if (members_.size() > kMostAllocationBuffers) {
    return false;
  }
  make_problem();
  if (heuristics_.allocate(problem_, allocation_, effort_.rounds).peak > problem_.capacity) {
    return false;
  }
  take(allocation_.offsets);
  return true;
}

// Each at the lowest free place; gives up where one ends above the room.
bool Packer::pack_in_order(std::size_t order) {
  begin_layout();
  Lookout lookout(kBuffersBetweenLooks);
  for (const std::uint32_t i : order == 0 ? members_ : orders_[order]) {
    lookout.step();
    if (is_member_[i] == 0) {
      continue;
    }
    const std::int64_t place = lowest_place(i);
    if (place + size_[i] > room_) {
      return false;
    }
    offset_[i] = place;
    placed_.push_back(i);
  }
  return true;
}

bool Packer::pack_by_search(const PackingEffort& effort) {
  if (members_.size() > kMostAllocationBuffers) {
    return false;
  }
  make_problem();
  AllocationLimits limits;
  limits.most_nodes = effort.most_nodes;
  limits.rounds = effort.rounds;
  limits.stop = stop_wanted;
  const AllocationResult result = solve_allocation(problem_, limits);
  look_for_stop();  // what was found by then is no function of the mapping
  if (result.status != AllocationStatus::kAllocated) {
    return false;
  }
  take(result.allocation.offsets);
  return true;
}

// The members as a problem of their own. All sizes are multiples of the alignment, so offsets of
// packings without needless gaps are as well.
void Packer::make_problem() {
  problem_.capacity = Bytes(std::min(room_, kMostAllocationBytes));
  problem_.buffers.resize(members_.size());
  for (std::size_t k = 0; k < members_.size(); ++k) {
    const PackedBuffer& buffer = buffers_[members_[k]];
    problem_.buffers[k].lower = static_cast<std::int64_t>(buffer.steps.begin);
    problem_.buffers[k].upper = static_cast<std::int64_t>(buffer.steps.end);
    problem_.buffers[k].size = Bytes(size_[members_[k]]);
  }
}

void Packer::take(const std::vector<Bytes>& offsets) {
  begin_layout();
  for (std::size_t k = 0; k < members_.size(); ++k) {
    offset_[members_[k]] = offsets[k].count();
    placed_.push_back(members_[k]);
  }
}

void Packer::begin_layout() {
  for (const std::uint32_t i : placed_) {
    offset_[i] = kNowhere;
  }
  placed_.clear();
}

// The lowest offset at which the buffer meets none that is placed.
std::int64_t Packer::lowest_place(std::uint32_t i) {
  beside_.clear();
  const auto meet = [&](std::uint32_t other) {
    const std::int64_t begin = offset_[other];
    if (begin == kNowhere) {
      return;
    }
    // Few live at the same time: each is put where it belongs in the order of offsets.
    beside_.push_back({begin, begin + size_[other]});
    for (std::size_t k = beside_.size() - 1; k > 0 && beside_[k - 1].begin > begin; --k) {
      std::swap(beside_[k - 1], beside_[k]);
    }
  };
  if (pairs_known_) {
    for (std::uint32_t k = first_pair_[i]; k < first_pair_[i + 1]; ++k) {
      meet(pairs_[k]);
    }
  } else {
    for (const std::uint32_t other : placed_) {
      if (live_together(buffers_[i], buffers_[other])) {
        meet(other);
      }
    }
  }
  std::int64_t place = 0;
  for (const Interval& other : beside_) {
    if (place + size_[i] <= other.begin) {
      break;
    }
    place = std::max(place, other.end);
  }
  return place;
}

void Packer::choose_evicted(const Mapping& mapping, MemoryId memory,
                            const IdVector<TensorId, char>& movable,
                            std::vector<TensorId>& evicted) {
  collect(mapping, memory);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t order = 0; order < kOrders; ++order) {
    const std::int64_t bytes = evict_in_order(order, movable, candidates_);
    if (!candidates_.empty() && bytes < least) {
      least = bytes;
      evicted = candidates_;
    }
  }
  if (least < std::numeric_limits<std::int64_t>::max()) {
    return;
  }
  // Each of these layouts holds all that may be taken out, though not all of the rest. The largest
  // goes, so that there is an end.
  evicted.clear();
  const auto largest = std::find_if(members_.begin(), members_.end(), [&](std::uint32_t i) {
    return movable[buffers_[i].leader] != 0;
  });
  if (largest != members_.end()) {
    evicted.push_back(buffers_[*largest].leader);
    return;
  }
  // What comes and goes may all have to stay; then what lives throughout makes room.
  const std::uint32_t* longest = nullptr;
  for (const std::uint32_t& i : throughout_) {
    const TensorId leader = buffers_[i].leader;
    if (mapping[leader] == memory && movable[leader] != 0 &&
        (longest == nullptr || size_[i] > size_[*longest])) {
      longest = &i;
    }
  }
  if (longest != nullptr) {
    evicted.push_back(buffers_[*longest].leader);
  }
}

// Builds a layout of what may not be taken out and then of the rest, leaving out what would end
// above the room. Returns the bytes of what was left out.
std::int64_t Packer::evict_in_order(std::size_t order, const IdVector<TensorId, char>& movable,
                                    std::vector<TensorId>& evicted) {
  begin_layout();
  for (const TensorId leader : evicted) {
    groups_[leader].evicted = false;
  }
  evicted.clear();
  std::int64_t bytes = 0;
  Lookout lookout(kBuffersBetweenLooks);
  for (const bool movables : {false, true}) {
    for (const std::uint32_t i : orders_[order]) {
      lookout.step();
      const TensorId leader = buffers_[i].leader;
      Group& group = groups_[leader];
      if (is_member_[i] == 0 || (movable[leader] != 0) != movables || group.evicted) {
        continue;
      }
      const std::int64_t place = lowest_place(i);
      if (place + size_[i] <= room_) {
        offset_[i] = place;
        placed_.push_back(i);
        continue;
      }
      if (!movables) {
        continue;
      }
      evicted.push_back(leader);
      group.evicted = true;
      for (std::uint32_t k = group.first; k < group.end; ++k) {
        const std::uint32_t other = group_buffers_[k];
        if (is_member_[other] != 0) {
          bytes += size_[other];
          offset_[other] = kNowhere;
        }
      }
    }
  }
  return bytes;
}

}  // namespace memplace
