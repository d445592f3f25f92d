// SPDX-License-Identifier: Apache-2.0
// Measurements are noisy on hardware; here they can be made so.
#pragma once

#include <cstdint>

namespace memplace {

// Multiplies costs by a normal factor of mean 1 and standard deviation `relative`, cut off at
// kLeastFactor. The factor is a function of the seed and the evaluation's number alone, so that it
// is the same for any number of threads and after a resume.
struct Noise {
  double relative = 0;  // >= 0; 0: none
  std::uint64_t seed = 0;

  static constexpr double kLeastFactor = 0.1;

  bool none() const { return relative == 0; }
  double measure(double cost, std::uint64_t evaluation) const;
  // The mean of `times` measurements, at least one, of heuristic `number` outside the budget: other
  // factors than those of evaluations.
  double measure_heuristic(double cost, std::uint64_t number, std::uint64_t times) const;
};

}  // namespace memplace
