// SPDX-License-Identifier: Apache-2.0
// Everything `memplace optimize` says about one search. docs/guide/output.md explains each number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "optimizer/studies/run/run.h"
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
  Objective objective = Objective::kLatency;
  double noise = 0;
  StopReason stopped = StopReason::kBudget;
  std::uint64_t evaluations = 0;
  Reference baseline;        // native
  Reference best_heuristic;  // by cost
  std::vector<Reference> heuristics;
  Verdict verdict;  // the best of all
  Evaluated own;    // the search's own best, its cost as it was measured
  std::uint64_t own_evaluation = 0;
  std::string own_part;             // of the strategy
  std::vector<PlacedBytes> placed;  // of the best mapping, by memory
  // With the part that found the mapping and the cost that decided, whoever measured it again.
  std::vector<HistoryEntry> improvements;
  // No feasible mapping is faster. None where nobody asked for it.
  std::optional<Picoseconds> bound = std::nullopt;
};

// reference / latency, above 1 where `latency` is faster; 1 where it is zero.
double speedup_of(Picoseconds latency, Picoseconds reference);
// The same of costs.
double speedup_of(double cost, double reference);

// Assembles a report. `run` has a best mapping of the search's own.
SearchReport make_search_report(RunHeader header, const Program& program, const RunConfig& config,
                                const RunResult& run);

Json to_json(const SearchReport& report);
std::string to_text(const SearchReport& report, std::optional<std::size_t> width);
// A row an improvement; with its gap where there is a bound.
std::string to_csv(const SearchReport& report);

}  // namespace memplace
