// SPDX-License-Identifier: Apache-2.0
// What makes a search what it is, in memory and as run.yaml.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "base/yaml_reader.h"
#include "optimizer/objective.h"
#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Everything that is needed to run a search again, and nothing that its results do not depend on
// but for what the user called things (`named`).
struct RunConfig {
  std::string version;   // of memplace
  std::string workload;  // as the user named it, parameters included
  DType dtype = DType::kInt8;
  Chip chip;  // overrides applied
  Mode mode;
  std::string strategy;
  std::vector<std::pair<std::string, std::string>> options;  // Options::resolved()
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;
  // Of an ONNX file: sizes of symbolic axes, as NAME=N, and whether unknown operators are taken for
  // elementwise ones.
  std::vector<std::string> dims = {};
  bool allow_unknown = false;
  std::string model = "event";  // that simulated

  Objective objective = Objective::kLatency;
  double noise = 0;  // optimizer/noise.h
  std::uint64_t remeasurements = 3;
  std::optional<Picoseconds> target_latency = std::nullopt;
  std::uint64_t patience = 0;
  std::optional<Picoseconds> time_limit = std::nullopt;  // of wall time
  // Where to start, settled; what is forbidden there is moved to where it is allowed.
  std::optional<Mapping> init = std::nullopt;
  std::vector<std::string> pins = {};  // sim/mapping/constraints.h
  std::vector<std::string> forbids = {};
  // A policy to begin with: the bytes of its file (optimizer/learning/trained_policy.h).
  std::optional<std::string> policy = std::nullopt;
  // Where to begin as well: empty, or kSeedFromMilp: optimizer/relaxation.h.
  std::string seed_from = {};
  bool exact_allocator = false;  // kExactPacking instead of kQuickPacking (sim/mapping/packer.h)

  bool keep_mappings = false;  // in the history

  // For reports: what the user called the chip, what was overridden, and where init and the policy
  // came from.
  struct Named {
    std::string chip;
    std::vector<std::string> set = {};
    std::string init;
    std::string policy = {};
    bool operator==(const Named&) const = default;
  };
  Named named = {};

  bool operator==(const RunConfig&) const = default;
};

// What RunConfig::seed_from may be, beside nothing.
inline constexpr std::string_view kSeedFromMilp = "milp";
// Throws Error with a position.
std::string read_seed_from(const YamlValue& value);

// config.time_limit as the clock counts.
std::optional<std::chrono::nanoseconds> wall_time(const RunConfig& config);

// heuristic, exact: as `exact_allocator` is named.
const std::array<std::string, 2>& allocator_names();

// `run.yaml`, every value written out. `graph` is the network that config.init maps.
std::string run_yaml(const RunConfig& config, const Graph& graph);

// Where a run keeps the policy that it began with, beside its run.yaml.
inline constexpr std::string_view kPolicyFile = "policy-in.bin";

// What run_yaml() wrote, but for `init`, which read_run_init() reads once the graph is there, and
// the bytes of `policy`, of which it holds their hash alone. Throws Error with a position.
RunConfig read_run(const YamlDocument& document);
std::optional<Mapping> read_run_init(const YamlDocument& document, const Graph& graph,
                                     const Chip& chip);
// As 16 hexadecimal digits; none where the run began with no policy.
std::optional<std::string> read_run_policy_hash(const YamlDocument& document);
std::string policy_hash(const std::string& policy);

}  // namespace memplace
