// SPDX-License-Identifier: Apache-2.0
// What one search has learnt, for another.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "optimizer/learning/policy_shape.h"
#include "sim/chip/chip.h"

namespace memplace {

struct TrainedPolicy {
  PolicyShape shape;
  std::vector<float> parameters;

  bool operator==(const TrainedPolicy&) const = default;
};

// No policy file has more bytes.
inline constexpr std::size_t kMostPolicyBytes = std::size_t{1} << 31U;

// The bytes of a policy file. docs/transfer.md
std::string policy_bytes(const TrainedPolicy& policy);

// Throws Error that begins with `file` where these are no such bytes, or another version's, or were
// damaged, or hold parameters that are none of such a shape.
TrainedPolicy read_policy(const std::string& bytes, const std::string& file);

// Throws Error that begins with `file` where the policy is for chips of another number of memories.
void check_policy_fits(const TrainedPolicy& policy, const Chip& chip, const std::string& file);

}  // namespace memplace
