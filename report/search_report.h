// SPDX-License-Identifier: Apache-2.0
// Everything `memplace optimize` says about one search. docs/output.md explains each number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "optimizer/driver.h"
#include "report/run_header.h"
#include "sim/timing/program.h"

namespace memplace {

// How many bytes of weights and of activations a mapping keeps in one memory.
struct PlacedBytes {
  std::string memory;
  Bytes weights;
  Bytes activations;  // inputs of the network too
};

struct SearchReport {
  RunHeader header;
  std::string workload;
  std::string chip;
  Mode mode;
  std::string strategy;
  std::uint64_t seed = 0;
  std::uint64_t evaluations = 0;
  Reference baseline;  // native
  Reference best_heuristic;
  std::vector<Reference> heuristics;
  Picoseconds best_latency;
  std::uint64_t best_evaluation = 0;
  bool best_feasible = true;  // as the strategy asked for it
  double best_epsilon = 0;
  std::vector<PlacedBytes> placed;  // of the best mapping, by memory
  std::vector<HistoryEntry> improvements;
};

// reference / latency, above 1 where `latency` is faster; 1 where it is zero.
double speedup_of(Picoseconds latency, Picoseconds reference);

// Assembles a report. `heuristics` has one entry named native; `result` has a best mapping.
SearchReport make_search_report(RunHeader header, const Program& program, std::string strategy,
                                std::uint64_t seed, std::span<const Reference> heuristics,
                                const SearchResult& result);

Json to_json(const SearchReport& report);
std::string to_text(const SearchReport& report, std::optional<std::size_t> width);
// A row an improvement.
std::string to_csv(const SearchReport& report);

}  // namespace memplace
