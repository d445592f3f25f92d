// SPDX-License-Identifier: Apache-2.0
#include "optimizer/heuristics/heuristic.h"

#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/heuristics/rules.h"

namespace memplace {

std::span<const HeuristicInfo> heuristics() {
  static constexpr std::array<HeuristicInfo, 5> kTable{{
      {"all-slowest", "everything in the slowest memory", map_all_slowest},
      {"native",
       "activations to the fastest memory, weights to the next, in schedule order (the baseline)",
       map_native},
      {"sram-first", "every tensor to the fastest memory that it fits, in schedule order",
       map_sram_first},
      {"density-greedy", "most transfer time saved for each byte first", map_density_greedy},
      {"memory-space-assignment",
       "most op time saved for each byte and step first, repacked (after XLA)",
       map_memory_space_assignment},
  }};
  return kTable;
}

std::vector<std::string> heuristic_names() {
  std::vector<std::string> names;
  for (const HeuristicInfo& info : heuristics()) {
    names.emplace_back(info.name);
  }
  return names;
}

std::span<const MovingHeuristicInfo> moving_heuristics() {
  static constexpr std::array<MovingHeuristicInfo, 2> kTable{{
      {"stream", "weights fetched in order of use, those kept near spread so that DRAM never rests",
       place_stream},
      {"prefetch", "most time saved for each byte and step first, fetched as late as hides it",
       place_prefetch},
  }};
  return kTable;
}

std::vector<std::string> placement_heuristic_names() {
  std::vector<std::string> names = heuristic_names();
  for (const MovingHeuristicInfo& info : moving_heuristics()) {
    names.emplace_back(info.name);
  }
  return names;
}

Placement apply_placement_heuristic(std::string_view name, const Problem& problem) {
  for (const MovingHeuristicInfo& info : moving_heuristics()) {
    if (info.name == name) {
      return info.make(problem);
    }
  }
  for (const HeuristicInfo& info : heuristics()) {
    if (info.name == name) {
      return Placement(info.make(problem));
    }
  }
  throw Error(unknown_name_message("heuristic", name, placement_heuristic_names()));
}

Mapping apply_heuristic(std::string_view name, const Problem& problem) {
  for (const HeuristicInfo& info : heuristics()) {
    if (info.name == name) {
      return info.make(problem);
    }
  }
  for (const MovingHeuristicInfo& info : moving_heuristics()) {
    if (info.name == name) {
      throw Error(
          fmt::format("heuristic \"{}\" moves tensors during an inference, and here they "
                      "stay where they are",
                      name));
    }
  }
  throw Error(unknown_name_message("heuristic", name, heuristic_names()));
}

}  // namespace memplace
