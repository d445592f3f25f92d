// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/repair.h"

#include <cstddef>
#include <span>

namespace memplace {

Repair::Repair(const StrategyTask& task, const SearchSpace& space)
    : task_(task), space_(space), placer_(task.problem) {}

Mapping Repair::repair(const Mapping& asked, const Mapping& parent, Rng& rng) {
  placer_.clear();
  for (const TensorId id : task_.problem.decisions().tensors()) {
    if (!space_.is_free(id)) {
      placer_.place(id, asked[id]);
    }
  }
  news_.clear();
  others_.clear();
  for (const TensorId id : space_.decisions()) {
    (asked[id] == parent[id] ? others_ : news_).push_back(id);
  }
  rng.shuffle(std::span<TensorId>(news_));
  rng.shuffle(std::span<TensorId>(others_));
  Mapping mapping = asked;
  refused_.clear();
  for (const std::vector<TensorId>* part : {&news_, &others_}) {
    for (const TensorId id : *part) {
      if (placer_.fits(id, asked[id])) {
        placer_.place(id, asked[id]);
      } else {
        refused_.push_back(id);
      }
    }
  }
  for (const TensorId id : refused_) {
    demote(id, mapping);
  }
  settle(task_.problem, mapping);
  return mapping;
}

void Repair::demote(TensorId decision, Mapping& mapping) {
  const std::span<const MemoryId> choices = space_.choices(decision);
  MemoryId given = choices.front();
  for (const MemoryId choice : choices) {
    if (choice < mapping[decision] && placer_.fits(decision, choice)) {
      given = choice;
    }
  }
  placer_.place(decision, given);
  mapping[decision] = given;
}

void Repair::fill(Mapping& mapping, Rng& rng) {
  rng.shuffle(std::span<TensorId>(others_));
  for (const TensorId id : others_) {
    const std::span<const MemoryId> choices = space_.choices(id);
    for (std::size_t i = choices.size(); i > 0 && choices[i - 1] > mapping[id]; --i) {
      if (placer_.fits(id, choices[i - 1])) {
        placer_.remove(id, mapping[id]);
        placer_.place(id, choices[i - 1]);
        mapping[id] = choices[i - 1];
      }
    }
  }
  settle(task_.problem, mapping);
}

}  // namespace memplace
