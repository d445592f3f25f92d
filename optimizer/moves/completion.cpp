// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/completion.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace memplace {
namespace {

// The fastest of `choices` that the decision fits, none faster than `from`.
std::optional<MemoryId> fitting(const Placer& placer, std::span<const MemoryId> choices,
                                TensorId decision, MemoryId from) {
  for (std::size_t i = choices.size(); i > 0; --i) {
    if (choices[i - 1] <= from && placer.fits(decision, choices[i - 1])) {
      return choices[i - 1];
    }
  }
  return std::nullopt;
}

}  // namespace

Completion::Completion(const StrategyTask& task)
    : problem_(task.problem),
      space_(task),
      placer_(task.problem),
      decided_(task.problem.graph().tensors().size(), 0) {}

void Completion::forget() { std::fill(decided_.begin(), decided_.end(), 0); }

std::optional<Mapping> Completion::complete(Mapping mapping) {
  placer_.clear();
  for (const TensorId id : problem_.decisions().tensors()) {
    if (is_decided(id)) {
      if (!placer_.fits(id, mapping[id])) {
        return std::nullopt;
      }
      placer_.place(id, mapping[id]);
    }
  }
  for (const TensorId id : space_.decisions()) {
    if (!is_decided(id)) {
      const auto memory = fitting(placer_, space_.choices(id), id, mapping[id]);
      if (!memory.has_value()) {
        return std::nullopt;
      }
      placer_.place(id, *memory);
      mapping[id] = *memory;
    }
  }
  for (const TensorId id : space_.decisions()) {
    if (!is_decided(id)) {
      placer_.remove(id, mapping[id]);
      mapping[id] = *fitting(placer_, space_.choices(id), id, problem_.chip().fastest());
      placer_.place(id, mapping[id]);
    }
  }
  settle(problem_, mapping);
  return mapping;
}

}  // namespace memplace
