// SPDX-License-Identifier: Apache-2.0
// What a user asks for, as given: nothing is loaded, looked up or filled in. The tables in
// program_fields.h, simulation_fields.h and search_fields.h say how each member is called, what it
// may be, and what it is where nobody says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "optimizer/search/objective.h"
#include "sim/chip/chip.h"
#include "sim/feasible/move_planner.h"
#include "workloads/graph/types.h"

namespace memplace {

// How the engines are used, where the user says so; resolve_mode() fills in the rest.
struct ModeChoice {
  std::optional<std::int64_t> streams, engines_per_stream, inferences;
  bool operator==(const ModeChoice&) const = default;
};
// Throws Error.
Mode resolve_mode(const Chip& chip, const ModeChoice& choice);
// What gives that mode: all of it, or nothing where the chip is used so by default.
ModeChoice choice_of(const Mode& mode);
ModeChoice choice_of(const Mode& mode, const Chip& chip);
Json to_json(const ModeChoice& choice);  // null where nothing is said

// A network on a chip.
struct ProgramRequest {
  std::string workload;  // parameters included
  DType dtype = DType::kInt8;
  // Of an ONNX file: sizes of symbolic axes, as NAME=N; values of inputs that decide something, as
  // NAME=V,...; and whether unknown operators are taken for elementwise ones.
  std::vector<std::string> dims = {};
  std::vector<std::string> values = {};
  bool allow_unknown = false;
  std::string chip_name = "nnpi";           // or a file
  std::vector<std::string> overrides = {};  // of the chip's numbers, PATH=VALUE
  ModeChoice mode_choice = {};
  std::string model = "event";  // that simulates

  bool operator==(const ProgramRequest&) const = default;
};

// What is said of ONNX files alone: keys, options, and whether the request says it.
struct OnnxSetting {
  std::string_view key;
  std::string_view flag;
  bool given = false;
};
std::array<OnnxSetting, 3> onnx_settings(const ProgramRequest& request);
// The request without that.
void forget_onnx(ProgramRequest& request);
// Without what is about one chip alone: another one may have other engines, and uses all of them.
void forget_chip(ProgramRequest& request);

// That under a mapping.
struct SimulationRequest : ProgramRequest {
  std::string mapping = "heuristic:native";
  bool strict = false;           // a mapping that does not fit as asked is a failure
  bool exact_allocator = false;  // kExactPacking (sim/placement/packing_effort.h)
  bool moving = true;            // the mapping may fetch tensors during an inference
  PlannerKind planner = PlannerKind::kRing;

  bool operator==(const SimulationRequest&) const = default;
};

// And a search for the best mapping.
struct SearchRequest : ProgramRequest {
  std::string strategy = "auto";
  // NAME, VALUE; those that are left out have their defaults.
  std::vector<std::pair<std::string, std::string>> options = {};
  Objective objective = Objective::kLatency;
  std::uint64_t budget = 4000;
  std::optional<std::int64_t> horizon = std::nullopt;  // that the strategy plans for; none: budget
  std::optional<Picoseconds> time_limit = std::nullopt;  // of wall time
  std::optional<Picoseconds> target_latency = std::nullopt;
  std::uint64_t patience = 0;
  double noise = 0;  // optimizer/search/noise.h
  std::uint64_t remeasurements = 3;
  std::string policy_file = {};   // of a policy to begin with; empty: none
  std::string init_mapping = {};  // to begin with, as of simulate --mapping; empty: none
  std::string seed_from = {};     // where to begin as well: empty, or kSeedFromMilp
  bool exact_allocator = false;
  std::vector<std::string> pins = {};  // sim/placement/constraint_patterns.h
  std::vector<std::string> forbids = {};
  std::uint64_t seed = 1;
  bool keep_mappings = false;  // in the history

  bool operator==(const SearchRequest&) const = default;
};

// What SearchRequest::seed_from may be, beside nothing: optimizer/moves/relaxation.h.
inline constexpr const char* kSeedFromMilp = "milp";

}  // namespace memplace
