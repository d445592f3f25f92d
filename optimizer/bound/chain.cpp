// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/chain.h"

#include <algorithm>
#include <utility>

#include "base/stopping.h"

namespace memplace::bound {

Chain::Chain(const RelaxedProgram& relaxed, const Room& room)
    : relaxed_(relaxed),
      room_(room),
      layout_(relaxed),
      runner_(relaxed, layout_),
      memories_(relaxed.memories()) {}

Chain::Source Chain::source_of(std::size_t step, DecisionIndex decision) const {
  if (decision == kFixed) {
    return {Source::Kind::kIo, relaxed_.io_memory()};
  }
  const auto decided = layout_.decided_at(step);
  if (const auto found = std::find(decided.begin(), decided.end(), decision);
      found != decided.end()) {
    return {Source::Kind::kDecided, static_cast<std::size_t>(found - decided.begin())};
  }
  const auto& live = layout_.boundary(step).live;
  if (const auto found = std::find(live.begin(), live.end(), decision); found != live.end()) {
    return {Source::Kind::kKnown, static_cast<std::size_t>(found - live.begin())};
  }
  return {Source::Kind::kForgotten, 0};
}

void Chain::find_sources(std::size_t step) {
  const Step& s = relaxed_.steps()[step];
  weights_source_ = source_of(step, s.weights);
  output_source_ = source_of(step, s.output);
  operand_sources_.clear();
  for (const DecisionIndex operand : relaxed_.operand_decisions(s)) {
    operand_sources_.push_back(source_of(step, operand));
  }
  posted_sources_.clear();
  for (const std::uint32_t posted : layout_.posted_before(step)) {
    posted_sources_.push_back(source_of(step, relaxed_.steps()[posted].weights));
  }
  live_sources_.clear();
  for (const DecisionIndex live : layout_.boundary(step + 1).live) {
    live_sources_.push_back(source_of(step, live));
  }
  step_memories_.operands.resize(operand_sources_.size());
  step_memories_.posted.resize(posted_sources_.size());
  decided_.resize(layout_.decided_at(step).size());
  times_.resize(layout_.boundary(step + 1).width);
}

std::uint64_t Chain::memory_of(const Source& source, std::uint64_t key) const {
  switch (source.kind) {
    case Source::Kind::kIo:
      return source.place;
    case Source::Kind::kKnown:
      return digit_of(key, source.place);
    case Source::Kind::kDecided:
      return decided_[source.place];
    case Source::Kind::kForgotten:
      break;
  }
  return kUnknownMemory;
}

std::uint64_t Chain::key_after(std::uint64_t key) const {
  std::uint64_t after = 0;
  for (std::size_t place = 0; place < live_sources_.size(); ++place) {
    after |= memory_of(live_sources_[place], key) << (4 * place);
  }
  return after;
}

void Chain::settle(std::uint64_t key) {
  step_memories_.weights = memory_of(weights_source_, key);
  step_memories_.output = memory_of(output_source_, key);
  for (std::size_t i = 0; i < operand_sources_.size(); ++i) {
    step_memories_.operands[i] = static_cast<std::uint8_t>(memory_of(operand_sources_[i], key));
  }
  for (std::size_t i = 0; i < posted_sources_.size(); ++i) {
    step_memories_.posted[i] = static_cast<std::uint8_t>(memory_of(posted_sources_[i], key));
  }
}

// Takes the memories of decided_ from the digits of `choice`; false where one may not be there.
bool Chain::decide(std::size_t step, std::uint32_t choice, const std::vector<char>& allowed) {
  const auto decided = layout_.decided_at(step);
  for (std::size_t i = 0; i < decided.size(); ++i) {
    decided_[i] = static_cast<std::uint8_t>(choice % memories_);
    choice /= static_cast<std::uint32_t>(memories_);
    if (allowed[decided[i] * memories_ + decided_[i]] == 0) {
      return false;
    }
  }
  return true;
}

// From labels_ before the step to next_ after it.
void Chain::expand(std::size_t step, const std::vector<Time>& prices,
                   const std::vector<char>& allowed, Time cutoff) {
  find_sources(step);
  next_.clear(times_.size());
  const auto decided = layout_.decided_at(step);
  std::uint32_t choices = 1;
  for (std::size_t i = 0; i < decided.size(); ++i) {
    choices *= static_cast<std::uint32_t>(memories_);
  }
  const auto& live = layout_.boundary(step + 1).live;
  Lookout lookout(kLabelsBetweenLooks);
  for (std::uint32_t choice = 0; choice < choices; ++choice) {
    if (!decide(step, choice, allowed)) {
      continue;
    }
    Time price = 0;
    for (std::size_t i = 0; i < decided.size(); ++i) {
      price += prices[decided[i] * memories_ + decided_[i]];
    }
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      lookout.step();
      const std::uint64_t key = labels_.key(i);
      const std::uint64_t after = key_after(key);
      if (!room_.holds(relaxed_.steps()[step].op, live, after)) {
        continue;
      }
      settle(key);
      const Time elapsed = runner_.run(step, step_memories_, labels_.times(i), times_.data());
      const Time total = labels_.total(i) + elapsed + price;
      if (total + times_[TimePlaces::kAll] < cutoff) {
        next_.add(total, after, static_cast<std::uint32_t>(i), choice, times_.data());
      }
    }
  }
}

ChainResult Chain::solve(const std::vector<Time>& prices, const std::vector<char>& allowed,
                         std::size_t width, Time cutoff) {
  const std::size_t steps = relaxed_.steps().size();
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> trail(steps);
  // At first all is idle, and what may be posted is posted at 0.
  times_.assign(layout_.boundary(0).width, 0);
  times_[TimePlaces::kAll] = layout_.remaining(0);
  labels_.clear(times_.size());
  labels_.add(0, 0, 0, 0, times_.data());
  for (std::size_t t = 0; t < steps; ++t) {
    look_for_stop();
    expand(t, prices, allowed, cutoff);
    if (next_.size() == 0) {
      return {cutoff, std::nullopt};
    }
    next_.reduce(width);
    std::swap(labels_, next_);
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      trail[t].emplace_back(labels_.parent(i), labels_.choice(i));
    }
  }
  const auto final_total = [&](std::size_t i) {
    return labels_.total(i) + labels_.times(i)[TimePlaces::kAll];
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < labels_.size(); ++i) {
    best = final_total(i) < final_total(best) ? i : best;
  }
  ChainResult result{std::min(cutoff, final_total(best)), std::nullopt};
  result.memories.emplace(relaxed_.decisions(), std::uint8_t{0});
  for (std::size_t t = steps; t-- > 0;) {
    auto [parent, choice] = trail[t][best];
    for (const DecisionIndex decision : layout_.decided_at(t)) {
      (*result.memories)[decision] = static_cast<std::uint8_t>(choice % memories_);
      choice /= static_cast<std::uint32_t>(memories_);
    }
    best = parent;
  }
  return result;
}

}  // namespace memplace::bound
