// SPDX-License-Identifier: Apache-2.0
// What makes a search what it is, in memory and as run.yaml.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_reader.h"
#include "optimizer/studies/settings/request.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/timing/program.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A search with all that it needs to be run again: what was asked for, and what was found of that.
struct RunConfig : SearchRequest {
  std::string version;  // of memplace
  // What init_mapping is, settled; what is forbidden there is moved to where it is allowed.
  std::optional<Mapping> init = std::nullopt;
  // The bytes of policy_file (optimizer/learning/trained_policy.h).
  std::optional<std::string> policy = std::nullopt;
  // processor_kind() where the run began, if that matters to its strategy, else empty: RunDirectory
  // knows.
  std::string processor = {};
  // Those with which the run was over before it was given more, ascending.
  std::vector<std::uint64_t> earlier_budgets = {};

  bool operator==(const RunConfig&) const = default;
};

// The request with all options of its strategy. What it
// begins with is left to the caller. Throws Error for strategies and options that do not exist.
RunConfig settled(SearchRequest request, std::string version);

// The evaluations that its strategy plans for.
std::uint64_t horizon_of(const RunConfig& config);

// What a run may be given more of.
struct LongerSearch {
  std::optional<std::uint64_t> budget = std::nullopt;
  std::optional<Picoseconds> time_limit = std::nullopt;
};
// Makes of `config` the run that goes on until then: it is the same up to where it ended, as its
// strategy goes on planning for the first budget. Throws Error where that is less than it has.
void lengthen(RunConfig& config, const LongerSearch& longer);

// config.time_limit as the clock counts.
std::optional<std::chrono::nanoseconds> wall_time(const RunConfig& config);

// `run.yaml`, every value written out, with the chip and the mode of `problem`; config.init is of
// it.
std::string run_yaml(const RunConfig& config, const Problem& problem);

// Where a run keeps the policy that it began with, beside its run.yaml.
inline constexpr std::string_view kPolicyFile = "policy-in.bin";
// And its network, where that came from a file.
inline constexpr std::string_view kWorkloadFile = "workload.yaml";
bool comes_from_file(const std::string& workload);

// What run_yaml() wrote, but for the network of the problem; for `init`, which read_run_init()
// reads once the problem is there; and for the bytes of `policy`, of which it holds their hash
// alone. Throws Error with a position.
struct WrittenRun {
  RunConfig config;
  Chip chip;  // overrides applied
  Mode mode;

  bool operator==(const WrittenRun&) const = default;
};
WrittenRun read_run(const YamlDocument& document);
std::optional<Mapping> read_run_init(const YamlDocument& document, const Problem& problem);
// As 16 hexadecimal digits; none where the run began with no policy, or its network came from no
// file.
std::optional<std::string> read_run_policy_hash(const YamlDocument& document);
std::optional<std::string> read_run_workload_hash(const YamlDocument& document);
// Of a file's bytes.
std::string content_hash(const std::string& content);

}  // namespace memplace
