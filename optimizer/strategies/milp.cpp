// SPDX-License-Identifier: Apache-2.0
#include "optimizer/strategies/milp.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "optimizer/moves/relaxation.h"
#include "optimizer/moves/search_space.h"
#include "optimizer/moves/starts.h"

namespace memplace {
namespace {

constexpr std::int64_t kMostMappings = 1000;

}  // namespace

MilpStrategy::MilpStrategy(const StrategyTask& task, const Options& options)
    : task_(task),
      most_(static_cast<std::size_t>(options.integer("mappings"))),
      queue_(starts(task, options.choice("start"))) {}

std::vector<Proposal> MilpStrategy::ask(std::size_t room) { return queue_.ask(room); }

void MilpStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    queue_.tell();
    const Picoseconds latency = result.measures.latency;
    best_ = std::min(best_.value_or(latency), latency);
  }
  if (!queue_.finished() || relaxed_) {
    return;
  }
  relaxed_ = true;
  if (SearchSpace(task_).empty()) {
    return;
  }
  std::vector<Proposal> proposals;
  for (Mapping& mapping : relax(task_, *best_, most_).mappings) {
    proposals.push_back({std::move(mapping), "relaxed"});
  }
  queue_.refill(std::move(proposals));
}

StrategyInfo MilpStrategy::info() {
  StrategyInfo row;
  row.name = "milp";
  row.summary = "what the relaxations of a bound would have: integer program, prices of room";
  row.options = {
      start_option(kBestStart),
      {"mappings", "of the relaxations that are asked", std::int64_t{32}, 1, kMostMappings, {}},
  };
  row.make = [](const StrategyTask& task, const Options& options) {
    return std::make_unique<MilpStrategy>(task, options);
  };
  return row;
}

}  // namespace memplace
