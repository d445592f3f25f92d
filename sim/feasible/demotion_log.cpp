// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/demotion_log.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity_text.h"
#include "sim/placement/names.h"

namespace memplace {
namespace {

// In large networks thousands of tensors are demoted, each beside thousands of others. So many
// demotions, the first ones, name who is in their way, and so many of them, the largest.
constexpr std::size_t kMostExplained = 1024;
constexpr std::size_t kMostHolders = 1024;

// The step at which an instance lacks most for `segments`, and what is asked for there.
struct Lack {
  std::size_t step = 0;
  Bytes asked;
  Bytes free;
};

Lack largest_lack(const Placer& placer, std::span<const Segment> segments, std::int64_t copies,
                  MemoryId memory) {
  Lack worst;
  bool first = true;
  for (const Segment& segment : segments) {
    const Bytes asked = segment.bytes * copies;
    Lifetime steps = segment.steps;
    if (steps == Lifetime{0, placer.steps()}) {
      const std::size_t fullest = placer.fullest_step(memory);
      steps = {fullest, fullest + 1};
    }
    for (std::size_t step = steps.begin; step < steps.end; ++step) {
      const Bytes free = placer.capacity(memory) - placer.taken(memory, step);
      if (first || asked - free > worst.asked - worst.free) {
        worst = {step, asked, free};
        first = false;
      }
    }
  }
  return worst;
}

}  // namespace

// Why the memory does not take the decision as things are now.
RefusalReason DemotionLog::reason_against(TensorId id, MemoryId memory) const {
  if (!problem_.constraints().allows(id, memory)) {
    return RefusalReason::kForbidden;
  }
  return placer_.fits(id, memory) ? RefusalReason::kOthers : RefusalReason::kBytes;
}

void DemotionLog::placing(TensorId id, MemoryId found, const Mapping& given) {
  const MemoryId asked = asked_[id];
  Demotion demotion{id, asked, found, {}};
  const Mapping nobody;
  const Mapping& beside = demotions_.size() < kMostExplained ? given : nobody;
  const auto refuse = [&](MemoryId memory) {
    demotion.refusals.push_back(explain(id, memory, reason_against(id, memory), beside));
  };
  for (std::size_t level = asked.index() + 1; level > 0 && MemoryId(level - 1) != found; --level) {
    refuse(MemoryId(level - 1));
  }
  for (std::size_t level = asked.index() + 1; level < found.index(); ++level) {
    refuse(MemoryId(level));
  }
  demotions_.push_back(std::move(demotion));
}

void DemotionLog::evicting(TensorId id, MemoryId from, MemoryId found, const Mapping& given) {
  auto demotion = std::find_if(demotions_.begin(), demotions_.end(),
                               [&](const Demotion& other) { return other.tensor == id; });
  if (demotion == demotions_.end()) {
    demotion = demotions_.insert(demotion, {id, asked_[id], from, {}});
  }
  const Mapping nobody;
  const Mapping& beside = demotions_.size() <= kMostExplained ? given : nobody;
  demotion->given = found;
  demotion->refusals.push_back(explain(id, from, RefusalReason::kAddresses, beside));
  for (std::size_t level = from.index(); MemoryId(level - 1) != found; --level) {
    const MemoryId memory(level - 1);
    demotion->refusals.push_back(explain(id, memory, reason_against(id, memory), beside));
  }
}

// Why the decision, which is in no memory, does not get this one. `given` may be empty: then no
// holders are named.
Refusal DemotionLog::explain(TensorId id, MemoryId memory, RefusalReason reason,
                             const Mapping& given) const {
  const Lack lack =
      largest_lack(placer_, placer_.segments(id, memory), placer_.copies(id, memory), memory);
  Refusal refusal{memory, reason, lack.step, lack.asked, lack.free, {}};
  const auto buffers = packer_.buffers();
  for (std::size_t i = 0; !given.empty() && i < buffers.size(); ++i) {
    const TensorId leader = buffers[i].leader;
    if (given[leader] == memory && buffers[i].steps.contains(lack.step)) {
      refusal.holders.push_back(
          {buffers[i].tensor, packer_.padded(i, memory) * placer_.copies(leader, memory)});
    }
  }
  std::stable_sort(refusal.holders.begin(), refusal.holders.end(),
                   [](const Holder& a, const Holder& b) { return a.bytes > b.bytes; });
  refusal.holders.resize(std::min(refusal.holders.size(), kMostHolders));
  refusal.holders.shrink_to_fit();
  return refusal;
}

void DemotionLog::fail(const std::string& why, const std::string& under) {
  failure_ = fmt::format("network \"{}\" does not fit chip \"{}\"{}: {}", problem_.graph().name(),
                         problem_.chip().name, under, why);
}

void DemotionLog::fail_before(std::optional<TensorId> homeless) {
  if (placer_.fixed_fit() && homeless.has_value()) {
    fail_confined(*homeless);
  } else {
    fail_fixed();
  }
}

void DemotionLog::fail_placing(TensorId id, const Mapping& given) {
  const MemoryId slowest = problem_.chip().slowest();
  const Refusal refusal = explain(id, slowest, RefusalReason::kBytes, given);
  fail(
      fmt::format("\"{}\" needs {} of {}, the slowest memory, at step {} (op \"{}\"), where {} of "
                  "its {} are free",
                  problem_.graph().tensor(id).name, format(refusal.bytes_asked),
                  problem_.chip().memories[slowest].name, refusal.step,
                  problem_.graph().op(OpId(refusal.step)).name, format(refusal.bytes_free),
                  format(placer_.capacity(slowest))));
}

void DemotionLog::fail_fixed() {
  const MemoryId memory = problem_.chip().io_memory;
  const std::string& name = problem_.chip().memories[memory].name;
  const std::size_t worst = placer_.fullest_step(memory);
  const std::string& op = problem_.graph().op(OpId(worst)).name;
  if (placer_.fixed_fit()) {
    fail(
        fmt::format("no addresses were found in {} for its inputs and outputs, {} at step {} (op "
                    "\"{}\")",
                    name, format(placer_.taken(memory, worst)), worst, op));
    return;
  }
  fail(fmt::format("its inputs and outputs need {} of {}{}, at step {} (op \"{}\"), which has {}",
                   format(placer_.taken(memory, worst)), name,
                   memory == problem_.chip().slowest() ? ", the slowest memory" : "", worst, op,
                   format(placer_.capacity(memory))));
}

void DemotionLog::fail_addresses() {
  const MemoryId slowest = problem_.chip().slowest();
  const std::size_t worst = placer_.fullest_step(slowest);
  fail(fmt::format(
      "no addresses were found for what is left to {}, the slowest memory, although its {} hold "
      "the {} that are live at step {} (op \"{}\"), and no step has more",
      problem_.chip().memories[slowest].name, format(placer_.capacity(slowest)),
      format(placer_.taken(slowest, worst)), worst, problem_.graph().op(OpId(worst)).name));
}

void DemotionLog::fail_confined(TensorId homeless) {
  const Chip& chip = problem_.chip();
  std::vector<std::string> allowed;
  for (const MemoryId memory : chip.memories.ids()) {
    if (problem_.constraints().allows(homeless, memory)) {
      allowed.push_back(chip.memories[memory].name);
    }
  }
  const bool by_chip =
      problem_.constraints().allowed[homeless] == problem_.decisions().memories(homeless);
  fail(fmt::format(
           "\"{}\" may be in {} alone, where no room was found beside what else may not be in {}",
           problem_.graph().tensor(homeless).name, fmt::join(allowed, " or "),
           chip.memories[chip.slowest()].name),
       by_chip ? "" : " under its constraints");
}

}  // namespace memplace
