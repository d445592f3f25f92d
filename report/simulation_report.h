// SPDX-License-Identifier: Apache-2.0
// Everything `memplace simulate` says about one run. docs/guide/output.md explains each number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "report/origin.h"
#include "report/rooflines.h"
#include "report/run_header.h"
#include "report/simulation_details.h"
#include "sim/feasible/occupancy.h"
#include "sim/feasible/placement_rectifier.h"
#include "sim/feasible/rectify.h"
#include "sim/placement/placement.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

struct ReportedOp {
  std::string name;
  std::string kind;
  std::int64_t tiles = 0;
  std::string split;  // what is dealt out over the engines: none, output channels, positions, batch
  std::int64_t engines = 1;
  std::int64_t macs = 0;
  Cycles cycles;  // on the engines together: those of the one with the largest part
  OpTiming timing;
  std::optional<std::string> weights;  // its tensors, as the graph names them
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  ReportedOrigin origin = std::nullopt;

  // The six parts of law 8.
  Picoseconds total() const {
    return timing.compute + timing.dispatch + timing.wait_weights + timing.wait_inputs +
           timing.wait_move + timing.wait_output_slot;
  }
};

struct ReportedTensor {
  std::string name;
  std::string kind;  // weights, activation, input
  Bytes bytes;
  std::string asked;  // memory between inferences, and what rectify gave
  std::string given;
  std::optional<std::string> fetched_to;  // of a view, what its storage is
  std::string storage;  // the tensor whose bytes these are; its own name unless it is a view
  Lifetime lifetime;
  Bytes read;  // by one inference; of a view, counted at its storage
  Bytes written;
  Picoseconds transfer;  // of both and of its move at the bandwidth of one instance
  ReportedOrigin origin = std::nullopt;
};

struct ReportedMemory {
  std::string name;
  std::size_t instances = 1;
  Picoseconds busy;
  double utilisation = 0;  // busy / makespan
  Bytes read;
  Bytes written;
  Bytes moved_in;  // of `written`, what moves wrote; of `read`, what they read
  Bytes moved_out;
  std::int64_t bytes_per_second = 0;  // read and written over the makespan, rounded down
  Bytes peak;
  Bytes final_bytes;
  Bytes capacity;
  std::int64_t energy_pj = 0;
};

struct ReportedRefusal {
  std::string memory;
  std::string reason;  // as name_of(RefusalReason) has it
  std::size_t step = 0;
  std::string op;  // scheduled at that step
  Bytes asked;
  Bytes free;
  std::vector<std::pair<std::string, Bytes>> holders;  // tensor and its bytes, largest first
};

// What is to be said of a refusal's reason beside bytes asked and free: begins with a comma, or is
// empty where these say it all.
std::string_view remark_on(std::string_view reason);

struct ReportedDemotion {
  std::string tensor;
  Bytes bytes;
  std::string asked;  // memory; of a fetch that found no room the place, "dram > llc"
  std::string given;
  std::vector<ReportedRefusal> refusals;

  // Whether it is such a fetch.
  bool unfetched() const;
};

// A tensor's fetch, in stream 0's first inference.
struct ReportedMove {
  std::string tensor;
  std::string from;
  std::string to;
  Bytes bytes;
  std::optional<std::string> after;  // the op that has to compute before
  std::string first_op;              // that reads the tensor
  MoveTiming timing;
};

// "dram", or "dram > llc".
std::string place_text(const std::string& home, const std::optional<std::string>& fetched_to);

struct SimulationReport {
  RunHeader header;
  std::string workload;
  std::string chip;
  Mode mode;
  Picoseconds latency;
  Picoseconds makespan;
  Picoseconds drain;
  Picoseconds first_inference;
  bool feasible = true;  // as asked
  double epsilon = 0;
  std::optional<double> throughput_per_s;  // where more than one inference runs in a stream
  Bytes load_bytes;
  Picoseconds load;
  std::vector<Roofline> rooflines;
  std::vector<ReportedDemotion> demoted;
  std::vector<ReportedOp> ops;  // stream 0, first inference, in schedule order
  std::vector<ReportedMemory> memories;
  std::vector<ReportedTensor> tensors;
  std::vector<ReportedMove> moves;           // by first op, then tensor
  std::optional<SimulationDetails> details;  // where they were asked for
};

// Assembles a report of `result`, the run of `rectified.plan`. Throws Error where an energy does
// not fit 64 bits of picojoules.
SimulationReport make_simulation_report(RunHeader header, const Program& program,
                                        const Placement& asked, const RectifiedPlacement& rectified,
                                        const SimResult& result);
// The same where nothing moves.
SimulationReport make_simulation_report(RunHeader header, const Program& program,
                                        const Mapping& asked, const Rectified& rectified,
                                        const SimResult& result);

Json to_json(const SimulationReport& report);

// The report whose JSON this is, but for `header.facts`, which JSON has not. `source` names the
// file in messages, `version` is that of this memplace. Throws Error for what is no result of
// simulate, was written by another version, misses something, or contradicts itself.
SimulationReport read_simulation_report(const Json& json, const std::string& source,
                                        std::string_view version);

// How much of the tables the text shows, and how wide it may be.
struct TextOptions {
  std::optional<std::size_t> width;         // columns of a terminal; no limit where there is none
  std::optional<std::size_t> ops = 10;      // the slowest; none: all, in schedule order
  std::optional<std::size_t> tensors = 10;  // the longest transfers; none: all, in schedule order
};
std::string to_text(const SimulationReport& report, const TextOptions& options);

// One of the report's tables.
enum class CsvTable { kOps, kTensors, kMemories, kMoves, kSummary };
std::string to_csv(const SimulationReport& report, CsvTable table);

}  // namespace memplace
