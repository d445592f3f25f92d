// SPDX-License-Identifier: Apache-2.0
// Everything `memplace compare` says about two simulations, A and B. docs/guide/compare.md explains
// it. Every difference is B - A: below zero where B is faster.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "report/run_header.h"
#include "report/simulation_report.h"

namespace memplace {

// The six parts of an op's time, law 8.
enum class TimePart { kCompute, kDispatch, kWaitWeights, kWaitInputs, kWaitMove, kWaitOutputSlot };
inline constexpr std::size_t kTimePartCount = 6;
std::string_view name_of(TimePart part);  // compute, dispatch, weights, inputs, move, output

struct OpDifference {
  std::size_t step = 0;  // of the schedule
  std::string name;
  std::string kind;
  Picoseconds a;  // sum of the six parts
  Picoseconds b;
  std::array<Picoseconds, kTimePartCount> parts;  // by TimePart
  Picoseconds queued;

  Picoseconds difference() const { return b - a; }
  Picoseconds part(TimePart which) const { return parts[static_cast<std::size_t>(which)]; }
  TimePart most_changed() const;  // the first of those that changed most
  bool changed() const { return part(most_changed()) != Picoseconds(0); }
};

// A memory by its name; one of the two is missing where only one chip has such a memory.
struct MemoryDifference {
  std::string name;
  std::optional<ReportedMemory> a;
  std::optional<ReportedMemory> b;
};

// A tensor whose place has another name in A than in B: "dram", or "dram > llc" where it is
// fetched. Views move with what they look at, and are not counted.
struct MovedTensor {
  std::string name;
  std::string kind;
  Bytes bytes;
  std::string from;  // in A
  std::string to;    // in B
};

// All bytes that are in one place in A and in one place, perhaps the same, in B.
struct MovedBytes {
  std::string from;
  std::string to;
  std::size_t tensors = 0;
  Bytes weights;
  Bytes activations;  // inputs of the network too
};

// A wait of one op that B removed or shortened (below zero), or added or prolonged.
struct WaitDifference {
  std::string op;
  TimePart part = TimePart::kWaitWeights;
  Picoseconds difference;
  Picoseconds queued;              // of the op's requests
  std::vector<MovedTensor> moved;  // tensors of the op that it waits for
};

// A tensor that is fetched in A, in B, or in both.
struct FetchDifference {
  std::string tensor;
  // How long before the compute sequencer came to its first op the fetch began; below zero where it
  // began later. None where the tensor is not fetched.
  std::optional<Picoseconds> ahead_a;
  std::optional<Picoseconds> ahead_b;
  // Of what the ops that read it wait for weights, inputs and moves.
  Picoseconds waits;
};

struct Comparison {
  RunHeader header;
  SimulationReport a;
  SimulationReport b;
  // Why only totals and memories are compared, where the networks differ; then the rest is empty.
  std::optional<std::string> different_networks;
  std::vector<OpDifference> ops;         // largest difference first
  std::vector<WaitDifference> waits;     // largest difference first
  std::vector<FetchDifference> fetches;  // largest difference first; none that changes nothing
  std::vector<MemoryDifference> memories;
  std::vector<MovedTensor> moved;  // most bytes first
  std::vector<MovedBytes> transitions;

  // The differences of all ops and this add up to the difference of the first inferences.
  Picoseconds drain() const { return b.drain - a.drain; }
  Picoseconds first_inference() const { return b.first_inference - a.first_inference; }
};

Comparison compare(RunHeader header, SimulationReport a, SimulationReport b);

// How many times B is as good as A: a / b of times, b / a of rates; none where either is zero.
std::optional<double> times_faster(Picoseconds a, Picoseconds b);

Json to_json(const Comparison& comparison);

// `ops` are also those of waits, `tensors` those that moved.
std::string to_text(const Comparison& comparison, const TextOptions& options);

// One of the comparison's tables; empty but for its head where nothing is to be said.
enum class ComparisonTable { kOps, kWaits, kMemories, kMoved, kFetches, kSummary };
std::string to_csv(const Comparison& comparison, ComparisonTable table);

}  // namespace memplace
