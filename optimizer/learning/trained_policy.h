// SPDX-License-Identifier: Apache-2.0
// What one search has learnt, for another.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "optimizer/learning/policy_shape.h"
#include "optimizer/search/strategy.h"
#include "sim/chip/chip.h"

namespace memplace {

struct TrainedPolicy {
  PolicyShape shape;
  std::vector<float> parameters;

  bool operator==(const TrainedPolicy&) const = default;
};

// No policy file has more bytes.
inline constexpr std::size_t kMostPolicyBytes = std::size_t{1} << 31U;

// What `strategy` has learnt so far (Strategy::learnt()); null where that is no policy.
std::shared_ptr<const TrainedPolicy> learnt_policy(const Strategy& strategy);

// The bytes of a policy file. docs/guide/transfer.md
std::string policy_bytes(const TrainedPolicy& policy);

// Throws Error that begins with `file` where these are no such bytes, or another version's, or were
// damaged, or hold parameters that are none of such a shape.
TrainedPolicy read_policy(const std::string& bytes, const std::string& file);

// Throws Error that begins with `file` where the policy is for chips of another number of memories.
void check_policy_fits(const TrainedPolicy& policy, const Chip& chip, const std::string& file);

}  // namespace memplace
