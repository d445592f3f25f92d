// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/starts.h"

#include <algorithm>
#include <utility>

#include "optimizer/heuristics/heuristic.h"
#include "optimizer/moves/relaxation.h"

namespace memplace {

std::vector<std::string> start_names() {
  std::vector<std::string> names = heuristic_names();
  names.emplace_back(kBestStart);
  return names;
}

std::vector<Proposal> starts(const StrategyTask& task, const std::string& start) {
  std::vector<Proposal> found;
  const auto add = [&](Mapping mapping, const char* part) {
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const Proposal& other) { return other.mapping == mapping; });
    if (!known) {
      found.push_back({std::move(mapping), part});
    }
  };
  if (task.warm.init.has_value()) {
    add(*task.warm.init, "init");
  } else {
    for (const HeuristicInfo& info : heuristics()) {
      if (start == kBestStart || start == info.name) {
        add(allowed(task.problem, info.make(task.problem)), "start");
      }
    }
  }
  if (const auto relaxation = task.warm.knowledge.find<const Relaxation>()) {
    for (const Mapping& mapping : relaxation->mappings) {
      add(mapping, "relaxed");
    }
  }
  return found;
}

}  // namespace memplace
