// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/placer.h"

#include <algorithm>
#include <utility>

#include "base/stopping.h"
#include "sim/feasible/alignment.h"

namespace memplace {
namespace {

// The needs of storages that are live together, as disjoint segments in order of time.
std::vector<Segment> merge(const std::vector<Segment>& storages, Bytes alignment) {
  // What comes at a step and what goes.
  std::vector<std::pair<std::size_t, Bytes>> changes;
  for (const Segment& storage : storages) {
    const Bytes bytes = align_up(storage.bytes, alignment);
    changes.emplace_back(storage.steps.begin, bytes);
    changes.emplace_back(storage.steps.end, Bytes(0) - bytes);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<Segment> segments;
  Bytes live;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    live += changes[i].second;
    const bool last_of_step = i + 1 < changes.size() && changes[i + 1].first > changes[i].first;
    if (last_of_step && live > Bytes(0)) {
      segments.push_back({{changes[i].first, changes[i + 1].first}, live});
    }
  }
  return segments;
}

}  // namespace

Placer::Placer(const Problem& problem)
    : steps_(problem.graph().ops().size()),
      mode_(problem.mode()),
      needs_(problem.graph().tensors().size()) {
  for (const Memory& memory : problem.chip().memories) {
    memories_.push_back({align_down(instances_of(memory, mode_).capacity, memory.alignment),
                         memory.scope == Scope::kChip ? mode_.streams : 1, Bytes(0),
                         LiveBytes(steps_), 0});
  }
  find_needs(problem);
  add_fixed(problem);
}

void Placer::find_needs(const Problem& problem) {
  const Graph& graph = problem.graph();
  const Chip& chip = problem.chip();
  IdVector<TensorId, std::vector<Segment>> groups(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id && graph.tensor(id).bytes > Bytes(0)) {
      groups[problem.decisions().leader(id)].push_back(
          {graph.lifetime(id), graph.tensor(id).bytes});
    }
  }
  for (const MemoryId memory : chip.memories.ids()) {
    const Bytes alignment = chip.memories[memory].alignment;
    const MemoryId same = first_aligned_as(chip, memory);
    if (same != memory) {
      memories_[memory].first_segment = memories_[same].first_segment;
      continue;
    }
    const std::size_t first = segments_.size();
    memories_[memory].first_segment = first;
    for (const TensorId id : graph.tensors()) {
      Needs& needs = needs_[id];
      const std::vector<Segment> segments = merge(groups[id], alignment);
      needs.first = static_cast<std::uint32_t>(segments_.size() - first);
      segments_.insert(segments_.end(), segments.begin(), segments.end());
      needs.end = static_cast<std::uint32_t>(segments_.size() - first);
      needs.weights = graph.tensor(id).kind == TensorKind::kWeights;
      needs.memories = problem.decisions().memories(id);
      needs.throughout = segments.size() == 1 && segments[0].steps == Lifetime{0, steps_};
    }
  }
}

void Placer::add_fixed(const Problem& problem) {
  const MemoryId memory = problem.chip().io_memory;
  for (const TensorId id : problem.graph().tensors()) {
    if (problem.decisions().is_fixed(id) && problem.decisions().leader(id) == id) {
      fixed_fit_ = fits(id, memory) && fixed_fit_;
      place(id, memory);
    }
  }
  first_memories_ = memories_;
}

bool Placer::fits(TensorId decision, MemoryId memory) const {
  const Needs& needs = needs_[decision];
  const Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  if (!needs.memories.contains(memory)) {
    return false;
  }
  const Bytes free = filling.capacity - filling.throughout;
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes room = free - segment.bytes * count;
    const bool fits = needs.throughout
                          ? filling.live.peak() <= room
                          : filling.live.within(segment.steps.begin, segment.steps.end, room);
    if (!fits) {
      return false;
    }
  }
  return true;
}

void Placer::place(TensorId decision, MemoryId memory) {
  Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes bytes = segment.bytes * count;
    if (needs_[decision].throughout) {
      filling.throughout += bytes;
    } else {
      filling.live.add(segment.steps.begin, segment.steps.end, bytes);
    }
  }
}

void Placer::remove(TensorId decision, MemoryId memory) {
  Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes bytes = segment.bytes * count;
    if (needs_[decision].throughout) {
      filling.throughout -= bytes;
    } else {
      filling.live.remove(segment.steps.begin, segment.steps.end, bytes);
    }
  }
}

std::optional<MemoryId> Placer::place_from(TensorId decision, MemoryId memory) {
  for (std::size_t level = memory.index() + 1; level > 0; --level) {
    const MemoryId candidate(level - 1);
    if (fits(decision, candidate)) {
      place(decision, candidate);
      return candidate;
    }
  }
  return std::nullopt;
}

void Placer::clear() {
  look_for_stop();  // whoever begins anew does so for every mapping of many
  for (const MemoryId memory : memories_.ids()) {
    memories_[memory] = first_memories_[memory];
  }
}

Bytes Placer::taken(MemoryId memory, std::size_t step) const {
  return memories_[memory].throughout + memories_[memory].live.at(step);
}

}  // namespace memplace
