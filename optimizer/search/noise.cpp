// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/noise.h"

#include <algorithm>

#include "base/rng.h"

namespace memplace {
namespace {

constexpr std::uint32_t kNoisePurpose = 0x6e6f6973;      // "nois"
constexpr std::uint32_t kHeuristicPurpose = 0x6e6f6865;  // "nohe"

double factor(double relative, Rng& rng) {
  return std::max(Noise::kLeastFactor, 1 + relative * rng.normal());
}

}  // namespace

double Noise::measure(double cost, std::uint64_t evaluation) const {
  if (none()) {
    return cost;
  }
  Rng rng(seed, kNoisePurpose, evaluation);
  return cost * factor(relative, rng);
}

double Noise::measure_heuristic(double cost, std::uint64_t number, std::uint64_t times) const {
  if (none()) {
    return cost;
  }
  Rng rng(seed, kHeuristicPurpose, number);
  double sum = 0;
  for (std::uint64_t i = 0; i < times; ++i) {
    sum += cost * factor(relative, rng);
  }
  return sum / static_cast<double>(times);
}

}  // namespace memplace
