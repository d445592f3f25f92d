// SPDX-License-Identifier: Apache-2.0
// Who survives, and who has children. Fitness: more is better; of equals the last is preferred, so
// that where the old come first, the young replace them and a population drifts over plateaus.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/rng.h"

namespace memplace {

// Indices of the `count` fittest, the fittest first.
std::vector<std::size_t> fittest(std::span<const double> fitness, std::size_t count);

// The fittest of `size` drawn with replacement. Both > 0.
//
// A winner may win again and again, so that the pool of parents keeps its pressure: the public ERL
// code removes repeats from the list of winners and thereby shrinks it.
std::size_t tournament(std::span<const double> fitness, std::size_t size, Rng& rng);

}  // namespace memplace
