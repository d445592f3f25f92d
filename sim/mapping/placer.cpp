// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/placer.h"

#include <algorithm>

#include "sim/mapping/alignment.h"

namespace memplace {
namespace {

// The needs of storages that are live together, as disjoint segments in order of time.
std::vector<Segment> merge(const std::vector<Segment>& storages, Bytes alignment) {
  std::vector<std::size_t> cuts;
  for (const Segment& storage : storages) {
    cuts.push_back(storage.steps.begin);
    cuts.push_back(storage.steps.end);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<Segment> segments;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    Segment segment{{cuts[i], cuts[i + 1]}, Bytes(0)};
    for (const Segment& storage : storages) {
      if (storage.steps.contains(cuts[i])) {
        segment.bytes += align_up(storage.bytes, alignment);
      }
    }
    if (segment.bytes > Bytes(0)) {
      segments.push_back(segment);
    }
  }
  return segments;
}

}  // namespace

Placer::Placer(const Graph& graph, const Chip& chip, const Mode& mode)
    : steps_(graph.ops().size()), mode_(mode), needs_(graph.tensors().size()) {
  for (const Memory& memory : chip.memories) {
    Filling filling;
    filling.capacity = align_down(instances_of(memory, mode).capacity, memory.alignment);
    filling.copies = memory.scope == Scope::kChip ? mode.streams : 1;
    memories_.push_back(filling);
  }
  live_.assign(memories_.size() * steps_, Bytes(0));
  find_needs(graph, chip);
  add_fixed(graph, chip);
}

void Placer::find_needs(const Graph& graph, const Chip& chip) {
  IdVector<TensorId, std::vector<Segment>> groups(graph.tensors().size());
  for (const TensorId id : graph.tensors()) {
    if (graph.storage(id) == id && graph.tensor(id).bytes > Bytes(0)) {
      groups[graph.leader(id)].push_back({graph.lifetime(id), graph.tensor(id).bytes});
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
      needs.throughout = segments.size() == 1 && segments[0].steps == Lifetime{0, steps_};
    }
  }
}

void Placer::add_fixed(const Graph& graph, const Chip& chip) {
  const MemoryId slowest = chip.slowest();
  for (const TensorId id : graph.tensors()) {
    if (graph.is_fixed(id) && graph.leader(id) == id) {
      fixed_fit_ = fits(id, slowest) && fixed_fit_;
      place(id, slowest);
    }
  }
  first_live_ = live_;
  for (Filling& filling : memories_) {
    filling.first_throughout = filling.throughout;
    filling.first_peak = filling.peak;
  }
}

bool Placer::fits(TensorId decision, MemoryId memory) const {
  const Needs& needs = needs_[decision];
  const Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  const Bytes free = filling.capacity - filling.throughout;
  const Bytes* const now = live(memory);
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes room = free - segment.bytes * count;
    if (filling.peak <= room) {
      continue;
    }
    if (needs.throughout) {
      return false;
    }
    for (std::size_t step = segment.steps.begin; step < segment.steps.end; ++step) {
      if (now[step] > room) {
        return false;
      }
    }
  }
  return true;
}

void Placer::place(TensorId decision, MemoryId memory) {
  Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  Bytes* const now = live(memory);
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes bytes = segment.bytes * count;
    if (needs_[decision].throughout) {
      filling.throughout += bytes;
      continue;
    }
    for (std::size_t step = segment.steps.begin; step < segment.steps.end; ++step) {
      now[step] += bytes;
      filling.peak = std::max(filling.peak, now[step]);
    }
  }
}

void Placer::remove(TensorId decision, MemoryId memory) {
  Filling& filling = memories_[memory];
  const std::int64_t count = copies(decision, memory);
  Bytes* const now = live(memory);
  bool held_peak = false;
  for (const Segment& segment : segments(decision, memory)) {
    const Bytes bytes = segment.bytes * count;
    if (needs_[decision].throughout) {
      filling.throughout -= bytes;
      continue;
    }
    for (std::size_t step = segment.steps.begin; step < segment.steps.end; ++step) {
      held_peak = held_peak || now[step] == filling.peak;
      now[step] -= bytes;
    }
  }
  if (held_peak) {
    filling.peak = *std::max_element(now, now + steps_);
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
  std::copy(first_live_.begin(), first_live_.end(), live_.begin());
  for (Filling& filling : memories_) {
    filling.throughout = filling.first_throughout;
    filling.peak = filling.first_peak;
  }
}

Bytes Placer::taken(MemoryId memory, std::size_t step) const {
  return memories_[memory].throughout + live(memory)[step];
}

}  // namespace memplace
