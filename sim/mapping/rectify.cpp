// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/rectify.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "sim/mapping/group_bytes.h"

namespace memplace {
namespace {

// Of a decision that is in no memory at the moment.
constexpr MemoryId kNoMemory{kMaxMemories};

// How hard addresses are looked for when a confined decision joins others.
constexpr PackingEffort kThorough{50, kMostAllocationBuffers, 5'000};

}  // namespace

std::string_view name_of(RefusalReason reason) {
  static constexpr std::array<std::string_view, 4> kNames{"bytes", "addresses", "forbidden",
                                                          "others"};
  return kNames[static_cast<std::size_t>(reason)];
}

double Epsilon::value() const {
  return asked_bytes == Bytes(0) ? 0.0
                                 : static_cast<double>(demoted_bytes.count()) /
                                       static_cast<double>(asked_bytes.count());
}

Rectifier::Rectifier(const Graph& graph, const Chip& chip, const Mode& mode,
                     const PackingEffort& effort, const Constraints& constraints)
    : graph_(graph),
      chip_(chip),
      constraints_(constraints),
      placer_(graph, chip, mode),
      packer_(graph, chip, mode, effort),
      rank_(graph.tensors().size()),
      schedule_(graph.tensors().size()),
      movable_(graph.tensors().size(), 0) {
  MEMPLACE_ASSERT(constraints.none() || constraints.allowed.size() == graph.tensors().size(),
                  fmt::format("{}", constraints.allowed.size()));
  find_decisions();
  find_ground();
}

void Rectifier::find_decisions() {
  const IdVector<TensorId, Bytes> bytes = group_bytes(graph_);
  for (const TensorId id : graph_.tensors()) {
    const TensorId leader = graph_.leader(id);
    if (graph_.is_fixed(id)) {
      fixed_.push_back(id);
    } else if (leader != id) {
      followers_.emplace_back(id, leader);
    }
  }
  for (const TensorId id : graph_.decisions()) {
    schedule_[id] = decisions_.size();
    movable_[id] = constraints_.allows(id, chip_.slowest()) ? 1 : 0;
    decisions_.push_back(id);
  }
  const auto others = std::stable_partition(decisions_.begin(), decisions_.end(),
                                            [&](TensorId id) { return movable_[id] == 0; });
  confined_ = static_cast<std::size_t>(others - decisions_.begin());
  for (const TensorId id : decisions_) {
    rank_[id] = bytes_.size();
    bytes_.push_back(bytes[id]);
  }
  evicted_.reserve(decisions_.size());
  asked_ = scratch_ = Mapping(graph_.tensors().size());
}

// Finds places for the confined decisions, and whether the slowest memory packs all others.
void Rectifier::find_ground() {
  if (!placer_.fixed_fit()) {
    return;
  }
  const auto nowhere = [&] {
    ground_ = Mapping(graph_.tensors().size(), kNoMemory);
    placer_.clear();
    for (const TensorId id : fixed_) {
      ground_[id] = chip_.slowest();
    }
  };
  nowhere();
  if (!assign_confined(false)) {
    nowhere();
    if (!assign_confined(true)) {
      return;
    }
  }
  for (const MemoryId memory : chip_.memories.ids()) {
    if (memory != chip_.slowest() && confined_ > 0) {
      packer_.learn(ground_, memory);
    }
  }
  bool fits = true;
  for (std::size_t place = confined_; place < decisions_.size(); ++place) {
    const TensorId id = decisions_[place];
    fits = fits && placer_.fits(id, chip_.slowest());
    placer_.place(id, chip_.slowest());
    ground_[id] = chip_.slowest();
  }
  slowest_packs_ = fits && packer_.learn(ground_, chip_.slowest());
}

// Each confined decision in the slowest memory where it has addresses; those with fewest memories
// to choose from first. Thoroughly: those without a choice together.
bool Rectifier::assign_confined(bool thoroughly) {
  homeless_.reset();
  std::vector<TensorId> order(decisions_.begin(),
                              decisions_.begin() + static_cast<std::ptrdiff_t>(confined_));
  const auto choices = [&](TensorId id) { return constraints_.allowed[id].size(); };
  std::stable_sort(order.begin(), order.end(),
                   [&](TensorId a, TensorId b) { return choices(a) < choices(b); });
  std::size_t first = 0;
  for (; thoroughly && first < order.size() && choices(order[first]) == 1; ++first) {
    const TensorId id = order[first];
    const MemoryId memory = nearest_of(constraints_.allowed[id], chip_.slowest()).value();
    if (!placer_.fits(id, memory)) {
      homeless_ = id;
      return false;
    }
    placer_.place(id, memory);
    ground_[id] = memory;
  }
  for (std::size_t level = 1; first > 0 && level < chip_.memories.size(); ++level) {
    if (!packer_.learn(ground_, MemoryId(level))) {
      homeless_ = *std::find_if(order.begin(), order.end(),
                                [&](TensorId id) { return ground_[id] == MemoryId(level); });
      return false;
    }
  }
  for (; first < order.size(); ++first) {
    if (!place_confined(order[first], thoroughly)) {
      homeless_ = order[first];
      return false;
    }
  }
  return true;
}

bool Rectifier::place_confined(TensorId id, bool thoroughly) {
  for (const MemoryId memory : chip_.memories.ids()) {
    if (!constraints_.allows(id, memory) || !placer_.fits(id, memory)) {
      continue;
    }
    ground_[id] = memory;
    if (packer_.packs(ground_, memory) ||
        (thoroughly && packer_.learn(ground_, memory, kThorough))) {
      placer_.place(id, memory);
      return true;
    }
    ground_[id] = kNoMemory;
  }
  return false;
}

bool Rectifier::rectify_into(const Mapping& asked, Mapping& given, Epsilon& epsilon) {
  MEMPLACE_ASSERT(asked.size() == graph_.tensors().size(), fmt::format("{}", asked.size()));
  asked_ = asked;
  if (given.size() != asked.size()) {
    given = Mapping(asked.size());
  }
  if (!rectify(given, nullptr)) {
    return false;
  }
  epsilon = measure(given);
  return true;
}

RectifyResult Rectifier::rectify(const Mapping& asked) {
  MEMPLACE_ASSERT(asked.size() == graph_.tensors().size(), fmt::format("{}", asked.size()));
  asked_ = asked;
  Log log;
  Rectified result;
  result.mapping = Mapping(asked.size());
  if (!rectify(result.mapping, &log)) {
    return Infeasible{log.failure};
  }
  result.epsilon = measure(result.mapping);
  result.demotions = std::move(log.demotions);
  std::sort(result.demotions.begin(), result.demotions.end(),
            [&](const Demotion& a, const Demotion& b) {
              return schedule_[a.tensor] < schedule_[b.tensor];
            });
  return result;
}

// Rectifies asked_.
bool Rectifier::rectify(Mapping& given, Log* log) {
  if (!placer_.fixed_fit() || homeless_.has_value()) {
    if (log != nullptr) {
      log->failure = placer_.fixed_fit() ? describe_confined() : describe_fixed();
    }
    return false;
  }
  Outcome outcome = place_all(given, false, log);
  if (outcome == Outcome::kConfinedStuck) {
    if (log != nullptr) {
      log->demotions.clear();
    }
    outcome = place_all(given, true, log);
    MEMPLACE_ASSERT(outcome != Outcome::kConfinedStuck, graph_.name());
  }
  for (const auto& [follower, leader] : followers_) {
    given[follower] = given[leader];
  }
  return outcome == Outcome::kDone;
}

// With `by_ground` confined decisions are put where ground_ has them, whatever they ask for.
Rectifier::Outcome Rectifier::place_all(Mapping& given, bool by_ground, Log* log) {
  placer_.clear();
  std::fill(given.begin(), given.end(), kNoMemory);
  for (const TensorId id : fixed_) {
    given[id] = chip_.slowest();
  }
  for (std::size_t place = 0; place < decisions_.size(); ++place) {
    const TensorId id = decisions_[place];
    const bool confined = place < confined_;
    const auto found =
        confined && by_ground ? std::optional(ground_[id]) : choose(place, asked_[id]);
    if (!found.has_value()) {
      if (!confined && log != nullptr) {
        log->failure = describe_failure(id, given);
      }
      return confined ? Outcome::kConfinedStuck : Outcome::kFailed;
    }
    if (log != nullptr && *found != asked_[id]) {
      log_placing(place, *found, given, *log);
    }
    placer_.place(id, *found);
    given[id] = *found;
  }
  for (std::size_t level = chip_.memories.size(); level > 0; --level) {
    const Outcome outcome = find_addresses(given, MemoryId(level - 1), by_ground, log);
    if (outcome != Outcome::kDone) {
      return outcome;
    }
  }
  return Outcome::kDone;
}

// The memory wanted or the next slower one that is allowed and has the bytes; for a confined
// decision else the next faster one.
std::optional<MemoryId> Rectifier::choose(std::size_t place, MemoryId wanted) const {
  const TensorId id = decisions_[place];
  const auto takes = [&](MemoryId memory) {
    return constraints_.allows(id, memory) && placer_.fits(id, memory);
  };
  for (std::size_t level = wanted.index() + 1; level > 0; --level) {
    if (takes(MemoryId(level - 1))) {
      return MemoryId(level - 1);
    }
  }
  const std::size_t end = place < confined_ ? chip_.memories.size() : 0;
  for (std::size_t level = wanted.index() + 1; level < end; ++level) {
    if (takes(MemoryId(level))) {
      return MemoryId(level);
    }
  }
  return std::nullopt;
}

// Evicts from the memory until what is left has addresses there.
Rectifier::Outcome Rectifier::find_addresses(Mapping& given, MemoryId memory, bool by_ground,
                                             Log* log) {
  const bool slowest = memory == chip_.slowest();
  if (slowest && slowest_packs_) {
    return Outcome::kDone;
  }
  while (!packer_.packs(given, memory)) {
    if (slowest) {
      if (log != nullptr) {
        log->failure = describe_no_addresses();
      }
      return Outcome::kFailed;
    }
    if (!by_ground && !confined_pack(given, memory)) {
      return Outcome::kConfinedStuck;
    }
    if (!evict(given, memory, log)) {
      return Outcome::kFailed;
    }
  }
  return Outcome::kDone;
}

// Whether the confined decisions that are in the memory have addresses there without the others.
bool Rectifier::confined_pack(const Mapping& given, MemoryId memory) {
  if (confined_ == 0) {
    return true;
  }
  scratch_ = given;
  for (std::size_t place = confined_; place < decisions_.size(); ++place) {
    scratch_[decisions_[place]] = kNoMemory;
  }
  return packer_.packs(scratch_, memory);
}

// Demotes what stands out of the best layout. False where some of it fits no slower memory.
bool Rectifier::evict(Mapping& given, MemoryId memory, Log* log) {
  packer_.choose_evicted(given, memory, movable_, evicted_);
  MEMPLACE_ASSERT(!evicted_.empty(), graph_.name());
  std::sort(evicted_.begin(), evicted_.end(),
            [&](TensorId a, TensorId b) { return schedule_[a] < schedule_[b]; });
  for (const TensorId id : evicted_) {
    placer_.remove(id, memory);
    given[id] = kNoMemory;
  }
  for (const TensorId id : evicted_) {
    const auto found = choose(rank_[id], MemoryId(memory.index() - 1));
    if (!found.has_value()) {
      if (log != nullptr) {
        log->failure = describe_failure(id, given);
      }
      return false;
    }
    if (log != nullptr) {
      log_eviction(id, memory, *found, given, *log);
    }
    placer_.place(id, *found);
    given[id] = *found;
  }
  return true;
}

Epsilon Rectifier::measure(const Mapping& given) const {
  Epsilon epsilon;
  for (std::size_t place = 0; place < decisions_.size(); ++place) {
    const MemoryId asked = asked_[decisions_[place]];
    if (asked != chip_.slowest()) {
      epsilon.asked_bytes += bytes_[place];
      epsilon.demoted_bytes += given[decisions_[place]] == asked ? Bytes(0) : bytes_[place];
    }
  }
  return epsilon;
}

std::optional<Addresses> Rectifier::addresses(const Mapping& mapping) {
  check_settled(graph_, chip_, mapping);
  Addresses result;
  for (const MemoryId memory : chip_.memories.ids()) {
    if (!packer_.lay_out(mapping, memory)) {
      return std::nullopt;
    }
    result.arenas.push_back({packer_.arenas(memory), packer_.arena_bytes()});
    const auto buffers = packer_.buffers();
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      if (mapping[buffers[i].tensor] == memory) {
        result.tensors.push_back(
            {buffers[i].tensor, memory, packer_.offset(i), buffers[i].bytes, buffers[i].steps});
      }
    }
  }
  std::sort(result.tensors.begin(), result.tensors.end(),
            [](const Address& a, const Address& b) { return a.tensor < b.tensor; });
  return result;
}

RectifyResult rectify(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& asked,
                      const PackingEffort& effort, const Constraints& constraints) {
  return Rectifier(graph, chip, mode, effort, constraints).rectify(asked);
}

std::optional<Addresses> allocate(const Graph& graph, const Chip& chip, const Mode& mode,
                                  const Mapping& mapping, const PackingEffort& effort) {
  return Rectifier(graph, chip, mode, effort).addresses(mapping);
}

}  // namespace memplace
