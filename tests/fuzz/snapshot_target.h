// SPDX-License-Identifier: Apache-2.0
// What the fuzzer of snapshots does with bytes, for the tests that mutate snapshots and replay its
// past failures.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "base/fnv.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/snapshot.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

// A toy search that stopped after some batches.
class StoppedSearch {
 public:
  StoppedSearch(const std::string& strategy, std::vector<std::string> options, std::size_t batches,
                bool ruled)
      : info_(strategies().find(strategy)),
        options_(quick_options(info_, std::move(options))),
        program_(ruled ? ruled_diamond() : diamond()) {
    if (ruled) {
      init_ = slowest_allowed(program_.problem);
    }
    evaluators_ = std::make_unique<EvaluatorPool>(program_, simulator_, Objective::kLatency);
    const std::unique_ptr<Strategy> strategy_so_far = make();
    const SearchPlan plan = budget_of(kBudget);
    SearchSteps steps(*strategy_so_far, *evaluators_, plan);
    for (std::size_t i = 0; i < batches; ++i) {
      steps.step();
    }
    history_ = steps.so_far().history;
    snapshot_ =
        snapshot_bytes({1, history_.size(), 2, "kind",
                        search_state(steps.so_far(), program_.problem, *strategy_so_far).value()});
  }
  StoppedSearch(const StoppedSearch&) = delete;
  StoppedSearch& operator=(const StoppedSearch&) = delete;

  const std::string& snapshot() const { return snapshot_; }

  // Goes on from a snapshot as far as a few batches. False where that is refused with an Error,
  // which is what snapshots that no search wrote are expected to end in, where they are not what
  // some search could have written.
  bool goes_on(const std::string& bytes) {
    constexpr int kBatches = 4;
    const std::unique_ptr<Strategy> strategy = make();
    SearchResult restored;
    try {
      const Snapshot snapshot = read_snapshot(bytes, "snapshot.bin");
      restored =
          restore_search(snapshot.state, "snapshot.bin", history_, program_.problem, *strategy);
    } catch (const Error&) {
      return false;
    }
    SearchPlan plan = budget_of(kBudget);
    plan.recorded = history_;
    plan.restored = &restored;
    SearchSteps steps(*strategy, *evaluators_, plan);
    for (int i = 0; i < kBatches && steps.step(); ++i) {
    }
    search_state(steps.so_far(), program_.problem, *strategy);
    return true;
  }

 private:
  static constexpr std::uint64_t kBudget = 400;

  static Program ruled_diamond() {
    const std::vector<std::string> pins{"a.weights=llc,dram", "b.out=sram"};
    return under(diamond(), read_constraints(diamond().problem, pins, {}));
  }
  StrategyTask task() const {
    StrategyTask task{program_.problem, 3, kBudget};
    task.warm.init = init_;
    task.native_cost = 9000;
    return task;
  }
  std::unique_ptr<Strategy> make() const { return info_.make(task(), options_); }

  const StrategyInfo& info_;
  Options options_;
  Program program_;
  std::optional<Mapping> init_;
  FakeSimulator simulator_;
  std::unique_ptr<EvaluatorPool> evaluators_;
  std::vector<HistoryEntry> history_;
  std::string snapshot_;
};

// Of every strategy that saves, with each of its parts: batches of every kind are open.
inline std::vector<std::unique_ptr<StoppedSearch>>& stopped_searches() {
  static std::vector<std::unique_ptr<StoppedSearch>> searches = [] {
    std::vector<std::unique_ptr<StoppedSearch>> made;
    const auto add = [&](const char* strategy, std::vector<std::string> options,
                         std::size_t batches, bool ruled) {
      made.push_back(std::make_unique<StoppedSearch>(strategy, std::move(options), batches, ruled));
    };
    add("random", {}, 2, false);
    add("ea", {}, 1, false);
    add("ea", {"policies=0.5", "population=6", "seeding=0.5"}, 3, true);
    add("pg", {"replay=20", "screened=2"}, 1, false);
    add("pg", {"replay=20", "screened=2", "targets=reward"}, 4, true);
    add("egrl", {"population=6", "replay=20", "screened=3", "steps=0.3"}, 2, false);
    add("egrl", {"population=6", "replay=20", "screened=3", "policies=0.5"}, 5, true);
    add("egrl", {"population=6", "companion=annealing", "companion_share=0.6"}, 2, false);
    return made;
  }();
  return searches;
}

// The file with its checksum made right again: its last item.
inline std::string with_checksum(std::string bytes) {
  constexpr std::size_t kChecksumBytes = 9;
  if (bytes.size() < kChecksumBytes) {
    return bytes;
  }
  bytes.resize(bytes.size() - kChecksumBytes);
  ArchiveWriter checksum;
  checksum.write_u64(fnv1a(bytes));
  return bytes + checksum.bytes();
}

// The first byte chooses the search, the others are the file, whose checksum is made right.
inline bool goes_on_from(std::string_view input) {
  if (input.empty()) {
    return false;
  }
  auto& searches = stopped_searches();
  StoppedSearch& search = *searches[static_cast<unsigned char>(input.front()) % searches.size()];
  return search.goes_on(with_checksum(std::string(input.substr(1))));
}

}  // namespace memplace::test
