// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/rectify.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"

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

double Epsilon::value() const {
  return asked_bytes == Bytes(0) ? 0.0
                                 : static_cast<double>(demoted_bytes.count()) /
                                       static_cast<double>(asked_bytes.count());
}

Rectifier::Rectifier(const Graph& graph, const Chip& chip, const Mode& mode)
    : graph_(graph),
      chip_(chip),
      placer_(graph, chip, mode),
      decisions_(graph.decisions().begin(), graph.decisions().end()),
      rank_(graph.tensors().size()) {
  IdVector<TensorId, Bytes> group_bytes(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    const TensorId leader = graph.leader(id);
    if (graph.storage(id) == id) {
      group_bytes[leader] += graph.tensor(id).bytes;
    }
    if (graph.is_fixed(id)) {
      fixed_.push_back(id);
    } else if (leader != id) {
      followers_.emplace_back(id, leader);
    }
  }
  for (const TensorId id : decisions_) {
    rank_[id] = bytes_.size();
    bytes_.push_back(group_bytes[id]);
  }
}

// Calls on_demotion(index of the decision, asked memory) before the decision is placed elsewhere.
// Returns the decision that fits nowhere, if there is one.
template <class OnDemotion>
std::optional<TensorId> Rectifier::place_all(const Mapping& asked, Mapping& given, Epsilon& epsilon,
                                             OnDemotion on_demotion) {
  placer_.clear();
  epsilon = {};
  for (std::size_t i = 0; i < decisions_.size(); ++i) {
    const TensorId id = decisions_[i];
    const MemoryId wanted = asked[id];
    if (wanted != chip_.slowest()) {
      epsilon.asked_bytes += bytes_[i];
    }
    if (placer_.fits(id, wanted)) {
      placer_.place(id, wanted);
      given[id] = wanted;
      continue;
    }
    on_demotion(i, wanted);
    const auto found = wanted == chip_.slowest()
                           ? std::nullopt
                           : placer_.place_from(id, MemoryId(wanted.index() - 1));
    if (!found.has_value()) {
      return id;
    }
    given[id] = *found;
    epsilon.demoted_bytes += bytes_[i];
  }
  for (const TensorId id : fixed_) {
    given[id] = chip_.slowest();
  }
  for (const auto& [follower, leader] : followers_) {
    given[follower] = given[leader];
  }
  return std::nullopt;
}

bool Rectifier::rectify_into(const Mapping& asked, Mapping& given, Epsilon& epsilon) {
  MEMPLACE_ASSERT(asked.size() == graph_.tensors().size(), fmt::format("{}", asked.size()));
  if (!placer_.fixed_fit()) {
    return false;
  }
  if (given.size() != asked.size()) {
    given = Mapping(asked.size());
  }
  return !place_all(asked, given, epsilon, [](std::size_t, MemoryId) {}).has_value();
}

RectifyResult Rectifier::rectify(const Mapping& asked) {
  MEMPLACE_ASSERT(asked.size() == graph_.tensors().size(), fmt::format("{}", asked.size()));
  if (!placer_.fixed_fit()) {
    return Infeasible{describe_fixed()};
  }
  Rectified result;
  result.mapping = uniform_mapping(graph_, chip_, chip_.slowest());
  const auto on_demotion = [&](std::size_t i, MemoryId wanted) {
    Demotion demotion{decisions_[i], wanted, wanted, {}};
    for (std::size_t level = wanted.index() + 1; level > 0; --level) {
      const MemoryId memory(level - 1);
      if (placer_.fits(decisions_[i], memory)) {
        demotion.given = memory;
        break;
      }
      demotion.refusals.push_back(explain(i, memory, result.mapping));
    }
    result.demotions.push_back(std::move(demotion));
  };
  if (const auto failed = place_all(asked, result.mapping, result.epsilon, on_demotion)) {
    return Infeasible{describe_failure(*failed, result.mapping)};
  }
  return result;
}

// Why `decision`, an index into decisions_ of which all earlier ones are placed, does not fit.
Refusal Rectifier::explain(std::size_t decision, MemoryId memory, const Mapping& given) const {
  const TensorId id = decisions_[decision];
  const Lack lack = largest_lack(placer_, placer_.segments(id), placer_.copies(id, memory), memory);
  Refusal refusal{memory, lack.step, lack.asked, lack.free, {}};
  for (const TensorId tensor : graph_.tensors()) {
    const TensorId leader = graph_.leader(tensor);
    const bool placed = graph_.is_fixed(tensor) || rank_[leader] < decision;
    const Bytes bytes = graph_.tensor(tensor).bytes * placer_.copies(leader, memory);
    if (placed && given[leader] == memory && graph_.storage(tensor) == tensor &&
        graph_.lifetime(tensor).contains(lack.step) && bytes > Bytes(0)) {
      refusal.holders.push_back({tensor, bytes});
    }
  }
  std::stable_sort(refusal.holders.begin(), refusal.holders.end(),
                   [](const Holder& a, const Holder& b) { return a.bytes > b.bytes; });
  return refusal;
}

std::string Rectifier::describe_failure(TensorId tensor, const Mapping& given) const {
  const Refusal refusal = explain(rank_[tensor], chip_.slowest(), given);
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
  std::size_t worst = 0;
  for (std::size_t step = 0; step < placer_.steps(); ++step) {
    if (placer_.taken(slowest, step) > placer_.taken(slowest, worst)) {
      worst = step;
    }
  }
  return fmt::format(
      "network \"{}\" does not fit chip \"{}\": its inputs and outputs need {} of {}, the slowest "
      "memory, at step {} (op \"{}\"), which has {}",
      graph_.name(), chip_.name, format(placer_.taken(slowest, worst)),
      chip_.memories[slowest].name, worst, graph_.op(OpId(worst)).name,
      format(placer_.capacity(slowest)));
}

RectifyResult rectify(const Graph& graph, const Chip& chip, const Mode& mode,
                      const Mapping& asked) {
  return Rectifier(graph, chip, mode).rectify(asked);
}

}  // namespace memplace
