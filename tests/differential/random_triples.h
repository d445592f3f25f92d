// SPDX-License-Identifier: Apache-2.0
// Random cases by their seeds, compared; what fails is made small and written down.
#pragma once

#include <cstdint>

#include <catch2/catch.hpp>

#include "sim/systemc/systemc_simulator.h"
#include "tests/differential/compare_models.h"

namespace memplace::test {

// What fails of the seeds [first, end), made small; the test fails then.
inline void check_cases(std::uint64_t first, std::uint64_t end, SimCase (*make)(std::uint64_t seed),
                        Exercise& exercise) {
  SystemCSimulator reference;
  for (std::uint64_t seed = first; seed < end; ++seed) {
    const SimCase c = make(seed);
    const std::string difference = difference_of(c, seed, reference, exercise);
    if (difference.empty()) {
      continue;
    }
    Exercise unused;
    const SimCase small = shrink(c, [&](const SimCase& smaller) {
      return !difference_of(smaller, seed, reference, unused).empty();
    });
    const std::string directory = std::string(MEMPLACE_BINARY_DIR) + "/differential/" +
                                  (c.moves.empty() ? "" : "moving-") + std::to_string(seed);
    const std::string command = write_reproducer(small, directory);
    FAIL("seed " << seed << ": " << difference << "\nmade small, in " << directory << ": "
                 << difference_of(small, seed, reference, unused) << '\n'
                 << command);
  }
  CHECK(exercise.cases == end - first);
}

// Fails the test at the first seed in [first, end) for which the models differ.
inline void check_seeds(std::uint64_t first, std::uint64_t end) {
  Exercise exercise;
  check_cases(first, end, random_case, exercise);
  // It was the fast ways that were compared, each of them.
  const std::uint64_t cases = end - first;
  CHECK(exercise.walked > cases / 5);
  CHECK(exercise.leapt > cases);
  CHECK(exercise.rebased > cases / 10);
  CHECK(exercise.stopped_early > 0);
  CHECK(exercise.started_late > 0);
}

// The same with moves.
inline void check_moving_seeds(std::uint64_t first, std::uint64_t end) {
  Exercise exercise;
  check_cases(first, end, random_moving_case, exercise);
  CHECK(exercise.moving == end - first);
  CHECK(exercise.moves > end - first);
  CHECK(exercise.walked > (end - first) / 5);
  CHECK(exercise.leapt > 0);
  CHECK(exercise.rebased > (end - first) / 10);
  CHECK(exercise.stopped_early > 0);
  CHECK(exercise.started_late > 0);
}

}  // namespace memplace::test
