// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/rectify.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace {
namespace {

constexpr std::uint32_t kDecisionsBetweenLooks = 256;

}  // namespace

std::string_view name_of(RefusalReason reason) {
  static constexpr std::array<std::string_view, 5> kNames{"bytes", "addresses", "forbidden",
                                                          "others", "time"};
  return kNames[static_cast<std::size_t>(reason)];
}

double Epsilon::value() const {
  return asked_bytes == Bytes(0) ? 0.0
                                 : static_cast<double>(demoted_bytes.count()) /
                                       static_cast<double>(asked_bytes.count());
}

Rectifier::Rectifier(const Problem& problem)
    : problem_(problem),
      placer_(problem),
      packer_(problem),
      order_(problem),
      in_order_(order_.decisions.size()),
      ground_(find_ground(problem, order_, placer_, packer_)),
      asked_(problem.graph().tensors().size()),
      scratch_(problem.graph().tensors().size()) {
  std::iota(in_order_.begin(), in_order_.end(), std::size_t{0});
  evicted_.reserve(order_.decisions.size());
  if (ground_.found() && !ground_.grounded) {
    find_whole_ground();
  }
}

// Everything as near to one memory as it fits, for one memory after the other, in the schedule's
// order or the largest first; until there are addresses.
void Rectifier::find_whole_ground() {
  std::vector<std::size_t> largest = in_order_;
  std::stable_sort(largest.begin() + static_cast<std::ptrdiff_t>(order_.confined), largest.end(),
                   [&](std::size_t a, std::size_t b) { return order_.bytes[a] > order_.bytes[b]; });
  Mapping found(problem_.graph().tensors().size());
  for (const std::vector<std::size_t>& order : {std::cref(in_order_), std::cref(largest)}) {
    for (const MemoryId memory : problem_.chip().memories.ids()) {
      look_for_stop();
      std::fill(asked_.begin(), asked_.end(), memory);
      if (place_all(order, found, true, nullptr) == Outcome::kDone) {
        ground_.mapping = std::move(found);
        ground_.grounded = true;
        return;
      }
    }
  }
}

bool Rectifier::rectify_into(const Mapping& asked, Mapping& given, Epsilon& epsilon) {
  MEMPLACE_ASSERT(asked.size() == problem_.graph().tensors().size(),
                  fmt::format("{}", asked.size()));
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
  MEMPLACE_ASSERT(asked.size() == problem_.graph().tensors().size(),
                  fmt::format("{}", asked.size()));
  asked_ = asked;
  DemotionLog log(problem_, placer_, packer_, asked_);
  Rectified result;
  result.mapping = Mapping(asked.size());
  if (!rectify(result.mapping, &log)) {
    return Infeasible{log.failure()};
  }
  result.epsilon = measure(result.mapping);
  result.demotions = log.take();
  std::sort(result.demotions.begin(), result.demotions.end(),
            [&](const Demotion& a, const Demotion& b) {
              return order_.schedule[a.tensor] < order_.schedule[b.tensor];
            });
  return result;
}

// Rectifies asked_.
bool Rectifier::rectify(Mapping& given, DemotionLog* log) {
  if (!ground_.found()) {
    if (log != nullptr) {
      log->fail_before(ground_.homeless);
    }
    return false;
  }
  Outcome outcome = place_all(in_order_, given, false, log);
  if (outcome == Outcome::kStuck) {
    if (log != nullptr) {
      log->begin_again();
    }
    outcome = place_all(in_order_, given, true, log);
    MEMPLACE_ASSERT(outcome != Outcome::kStuck, problem_.graph().name());
  }
  for (const auto& [follower, leader] : order_.followers) {
    given[follower] = given[leader];
  }
  return outcome == Outcome::kDone;
}

// Whether a decision has its place on the ground where things get stuck. What has no bytes fits
// anywhere.
bool Rectifier::on_ground(std::size_t place) const {
  return place < order_.confined || (ground_.whole() && order_.bytes[place] > Bytes(0));
}

// With `by_ground` decisions are put where the ground has them, as far as it says, whatever they
// ask for.
Rectifier::Outcome Rectifier::place_all(const std::vector<std::size_t>& order, Mapping& given,
                                        bool by_ground, DemotionLog* log) {
  placer_.clear();
  std::fill(given.begin(), given.end(), kNoMemory);
  for (const TensorId id : order_.fixed) {
    given[id] = problem_.chip().io_memory;
  }
  Lookout lookout(kDecisionsBetweenLooks);
  for (const std::size_t place : order) {
    lookout.step();
    const TensorId id = order_.decisions[place];
    const bool grounded = on_ground(place);
    const auto found = grounded && by_ground ? std::optional(ground_.mapping[id])
                                             : choose(id, asked_[id], rises(place));
    if (!found.has_value()) {
      if (!grounded && log != nullptr) {
        log->fail_placing(id, given);
      }
      return grounded ? Outcome::kStuck : Outcome::kFailed;
    }
    if (log != nullptr && *found != asked_[id]) {
      log->placing(id, *found, given);
    }
    placer_.place(id, *found);
    given[id] = *found;
  }
  for (std::size_t level = problem_.chip().memories.size(); level > 0; --level) {
    const Outcome outcome = find_addresses(given, MemoryId(level - 1), by_ground, log);
    if (outcome != Outcome::kDone) {
      return outcome;
    }
  }
  return Outcome::kDone;
}

// The memory wanted or the next slower one that is allowed and has the bytes; else, where it may
// rise, the next faster one.
std::optional<MemoryId> Rectifier::choose(TensorId id, MemoryId wanted, bool rises) const {
  const auto takes = [&](MemoryId memory) {
    return problem_.constraints().allows(id, memory) && placer_.fits(id, memory);
  };
  for (std::size_t level = wanted.index() + 1; level > 0; --level) {
    if (takes(MemoryId(level - 1))) {
      return MemoryId(level - 1);
    }
  }
  for (std::size_t level = wanted.index() + 1; rises && level < problem_.chip().memories.size();
       ++level) {
    if (takes(MemoryId(level))) {
      return MemoryId(level);
    }
  }
  return std::nullopt;
}

// Evicts from the memory until what is left has addresses there.
Rectifier::Outcome Rectifier::find_addresses(Mapping& given, MemoryId memory, bool by_ground,
                                             DemotionLog* log) {
  const bool slowest = memory == problem_.chip().slowest();
  if (slowest && ground_.slowest_packs) {
    return Outcome::kDone;
  }
  while (!packer_.packs(given, memory)) {
    if (slowest) {
      if (log != nullptr) {
        log->fail_addresses();
      }
      return failed(by_ground);
    }
    if (!by_ground && !confined_pack(given, memory)) {
      return Outcome::kStuck;
    }
    if (!evict(given, memory, log)) {
      return failed(by_ground);
    }
  }
  return Outcome::kDone;
}

// Stuck where the ground is a way out.
Rectifier::Outcome Rectifier::failed(bool by_ground) const {
  return ground_.whole() && !by_ground ? Outcome::kStuck : Outcome::kFailed;
}

// Whether the confined decisions that are in the memory have addresses there without the others.
bool Rectifier::confined_pack(const Mapping& given, MemoryId memory) {
  if (order_.confined == 0) {
    return true;
  }
  scratch_ = given;
  for (std::size_t place = order_.confined; place < order_.decisions.size(); ++place) {
    scratch_[order_.decisions[place]] = kNoMemory;
  }
  return packer_.packs(scratch_, memory);
}

// Demotes what stands out of the best layout. False where some of it fits no slower memory.
bool Rectifier::evict(Mapping& given, MemoryId memory, DemotionLog* log) {
  packer_.choose_evicted(given, memory, order_.movable, evicted_);
  MEMPLACE_ASSERT(!evicted_.empty(), problem_.graph().name());
  std::sort(evicted_.begin(), evicted_.end(),
            [&](TensorId a, TensorId b) { return order_.schedule[a] < order_.schedule[b]; });
  for (const TensorId id : evicted_) {
    placer_.remove(id, memory);
    given[id] = kNoMemory;
  }
  for (const TensorId id : evicted_) {
    const auto found = choose(id, MemoryId(memory.index() - 1), false);
    if (!found.has_value()) {
      if (log != nullptr) {
        log->fail_placing(id, given);
      }
      return false;
    }
    if (log != nullptr) {
      log->evicting(id, memory, *found, given);
    }
    placer_.place(id, *found);
    given[id] = *found;
  }
  return true;
}

Epsilon Rectifier::measure(const Mapping& given) const {
  Epsilon epsilon;
  for (std::size_t place = 0; place < order_.decisions.size(); ++place) {
    const TensorId id = order_.decisions[place];
    const bool kept = given[id] == asked_[id];
    const bool lowest = asked_[id] == problem_.decisions().memories(id).slowest();
    if (!lowest || (!kept && !ground_.slowest_packs)) {
      epsilon.asked_bytes += order_.bytes[place];
      epsilon.demoted_bytes += kept ? Bytes(0) : order_.bytes[place];
    }
  }
  return epsilon;
}

std::optional<Addresses> Rectifier::addresses(const Mapping& mapping) {
  return addresses(mapping, {});
}

std::optional<Addresses> Rectifier::addresses(const Mapping& mapping, MemorySet low) {
  check_settled(problem_, mapping);
  Addresses result;
  for (const MemoryId memory : problem_.chip().memories.ids()) {
    const bool found = low.contains(memory) ? packer_.lay_out_low(mapping, memory)
                                            : packer_.lay_out(mapping, memory);
    if (!found) {
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

RectifyResult rectify(const Problem& problem, const Mapping& asked) {
  return Rectifier(problem).rectify(asked);
}

std::optional<Addresses> allocate(const Problem& problem, const Mapping& mapping) {
  return Rectifier(problem).addresses(mapping);
}

}  // namespace memplace
