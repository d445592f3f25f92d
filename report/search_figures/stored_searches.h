// SPDX-License-Identifier: Apache-2.0
// Searches as an experiment or a run left them on disk, for figures.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "optimizer/search/driver.h"
#include "optimizer/studies/run/run_config.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// A run to be read.
struct SearchPlace {
  std::string strategy;  // its label in the experiment, else its name
  std::string directory;
};

// The runs on one workload and chip, by strategy, then seed.
struct GroupPlaces {
  std::string workload;
  std::string chip;
  std::vector<SearchPlace> runs;
};

struct SearchPlaces {
  std::vector<GroupPlaces> groups;
  std::size_t missing = 0;  // runs of the experiment that did not begin
};

// What the directory of an experiment or of a run holds; groups without a run are left out. Throws
// Error where it is neither, and where no run began.
SearchPlaces find_searches(const std::string& directory, const std::string& version);

struct StoredSearch {
  std::string strategy;
  RunConfig config;
  std::vector<HistoryEntry> history;  // not empty
  bool over = true;
  // As it was simulated; that of a run which is not over may be missing or a moment old.
  std::optional<Mapping> best;
};

struct SearchGroup {
  std::string workload;
  std::string chip;
  std::unique_ptr<const Program> program;
  Mapping native;  // as it was simulated
  double native_cost = 0;
  std::vector<StoredSearch> runs;  // by strategy, then seed
  std::size_t empty = 0;           // runs without an evaluation, left out
};

using MakeSimulator = std::function<std::unique_ptr<Simulator>(const std::string& model)>;

// Reads the runs and simulates the heuristic native. Throws Error where a file is missing, damaged
// or of another version.
SearchGroup read_group(const GroupPlaces& places, const std::string& version,
                       const MakeSimulator& make_simulator);

}  // namespace memplace
