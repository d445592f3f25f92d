// SPDX-License-Identifier: Apache-2.0
#include "optimizer/noise.h"

#include <algorithm>

#include "base/rng.h"

namespace memplace {
namespace {

constexpr std::uint32_t kNoisePurpose = 0x6e6f6973;  // "nois"

}  // namespace

double Noise::measure(double cost, std::uint64_t evaluation) const {
  if (none()) {
    return cost;
  }
  Rng rng(seed, kNoisePurpose, evaluation);
  return cost * std::max(kLeastFactor, 1 + relative * rng.normal());
}

}  // namespace memplace
