// SPDX-License-Identifier: Apache-2.0
// What Rectifier says about what it did: refusals and failures.
#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity_text.h"
#include "sim/mapping/names.h"
#include "sim/mapping/rectify.h"

namespace memplace {
namespace {

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
    for (std::size_t step = segment.steps.begin; step < segment.steps.end; ++step) {
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
RefusalReason Rectifier::reason_against(TensorId id, MemoryId memory) const {
  if (!constraints_.allows(id, memory)) {
    return RefusalReason::kForbidden;
  }
  return placer_.fits(id, memory) ? RefusalReason::kOthers : RefusalReason::kBytes;
}

// decisions_[place], of which all earlier ones are placed, is about to get `found`.
void Rectifier::log_placing(std::size_t place, MemoryId found, const Mapping& given,
                            Log& log) const {
  const TensorId id = decisions_[place];
  const MemoryId asked = asked_[id];
  Demotion demotion{id, asked, found, {}};
  const auto refuse = [&](MemoryId memory) {
    demotion.refusals.push_back(explain(id, memory, reason_against(id, memory), given));
  };
  for (std::size_t level = asked.index() + 1; level > 0 && MemoryId(level - 1) != found; --level) {
    refuse(MemoryId(level - 1));
  }
  for (std::size_t level = asked.index() + 1; level < found.index(); ++level) {
    refuse(MemoryId(level));
  }
  log.demotions.push_back(std::move(demotion));
}

// The decision has been taken out of `from`, where no addresses were found, and is about to get
// `found`.
void Rectifier::log_eviction(TensorId id, MemoryId from, MemoryId found, const Mapping& given,
                             Log& log) const {
  auto demotion = std::find_if(log.demotions.begin(), log.demotions.end(),
                               [&](const Demotion& other) { return other.tensor == id; });
  if (demotion == log.demotions.end()) {
    demotion = log.demotions.insert(demotion, {id, asked_[id], from, {}});
  }
  demotion->given = found;
  demotion->refusals.push_back(explain(id, from, RefusalReason::kAddresses, given));
  for (std::size_t level = from.index(); MemoryId(level - 1) != found; --level) {
    const MemoryId memory(level - 1);
    demotion->refusals.push_back(explain(id, memory, reason_against(id, memory), given));
  }
}

// Why the decision, which is in no memory, does not get this one. The decisions not yet placed are
// marked in `given`.
Refusal Rectifier::explain(TensorId id, MemoryId memory, RefusalReason reason,
                           const Mapping& given) const {
  const Lack lack =
      largest_lack(placer_, placer_.segments(id, memory), placer_.copies(id, memory), memory);
  Refusal refusal{memory, reason, lack.step, lack.asked, lack.free, {}};
  const auto buffers = packer_.buffers();
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const TensorId leader = buffers[i].leader;
    if (given[leader] == memory && buffers[i].steps.contains(lack.step)) {
      refusal.holders.push_back(
          {buffers[i].tensor, packer_.padded(i, memory) * placer_.copies(leader, memory)});
    }
  }
  std::stable_sort(refusal.holders.begin(), refusal.holders.end(),
                   [](const Holder& a, const Holder& b) { return a.bytes > b.bytes; });
  return refusal;
}

std::string Rectifier::describe_failure(TensorId tensor, const Mapping& given) const {
  const Refusal refusal = explain(tensor, chip_.slowest(), RefusalReason::kBytes, given);
  return fmt::format(
      "network \"{}\" does not fit chip \"{}\": \"{}\" needs {} of {}, the slowest memory, at step "
      "{} "
      "(op \"{}\"), where {} of its {} are free",
      graph_.name(), chip_.name, graph_.tensor(tensor).name, format(refusal.bytes_asked),
      chip_.memories[chip_.slowest()].name, refusal.step, graph_.op(OpId(refusal.step)).name,
      format(refusal.bytes_free), format(placer_.capacity(chip_.slowest())));
}

std::string Rectifier::describe_fixed() const {
  const MemoryId slowest = chip_.slowest();
  const std::size_t worst = fullest_step();
  return fmt::format(
      "network \"{}\" does not fit chip \"{}\": its inputs and outputs need {} of {}, the slowest "
      "memory, at step {} (op \"{}\"), which has {}",
      graph_.name(), chip_.name, format(placer_.taken(slowest, worst)),
      chip_.memories[slowest].name, worst, graph_.op(OpId(worst)).name,
      format(placer_.capacity(slowest)));
}

std::string Rectifier::describe_no_addresses() const {
  const MemoryId slowest = chip_.slowest();
  const std::size_t worst = fullest_step();
  return fmt::format(
      "network \"{}\" does not fit chip \"{}\": no addresses were found for what is left to {}, "
      "the slowest memory, although its {} hold the {} that are live at step {} (op \"{}\"), and "
      "no step has more",
      graph_.name(), chip_.name, chip_.memories[slowest].name, format(placer_.capacity(slowest)),
      format(placer_.taken(slowest, worst)), worst, graph_.op(OpId(worst)).name);
}

std::string Rectifier::describe_confined() const {
  std::vector<std::string> allowed;
  for (const MemoryId memory : chip_.memories.ids()) {
    if (constraints_.allows(*homeless_, memory)) {
      allowed.push_back(chip_.memories[memory].name);
    }
  }
  return fmt::format(
      "network \"{}\" does not fit chip \"{}\" under its constraints: \"{}\" may be in {} alone, "
      "where no room was found beside what else may not be in {}",
      graph_.name(), chip_.name, graph_.tensor(*homeless_).name, fmt::join(allowed, " or "),
      chip_.memories[chip_.slowest()].name);
}

// Of the slowest memory; the first one.
std::size_t Rectifier::fullest_step() const {
  const MemoryId slowest = chip_.slowest();
  std::size_t worst = 0;
  for (std::size_t step = 0; step < placer_.steps(); ++step) {
    if (placer_.taken(slowest, step) > placer_.taken(slowest, worst)) {
      worst = step;
    }
  }
  return worst;
}

}  // namespace memplace
