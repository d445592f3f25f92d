// SPDX-License-Identifier: Apache-2.0
// Whether the differential test finds what is wrong with the event model that this program is
// linked with.
// usage: mutation_runner caught|clean
// Exits with 0 if the random cases of the differential test show a difference (caught), or none
// (clean).
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "sim/systemc/systemc_simulator.h"
#include "tests/differential/compare_models.h"

int main(int argc, char** argv) {
  // Those of tests/differential/random_test.cpp and random_moving_test.cpp, by turns.
  constexpr std::uint64_t kCases = 2 * 2'000;
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args != std::vector<std::string>{"caught"} && args != std::vector<std::string>{"clean"}) {
    std::cerr << "usage: mutation_runner caught|clean\n";
    return 2;
  }
  const bool is_to_be_caught = args.front() == "caught";
  memplace::SystemCSimulator reference;
  memplace::test::Exercise exercise;
  for (std::uint64_t i = 0; i < kCases; ++i) {
    const std::uint64_t seed = i / 2;
    const bool moving = i % 2 == 1;
    const memplace::test::SimCase c =
        moving ? memplace::test::random_moving_case(seed) : memplace::test::random_case(seed);
    const std::string difference = memplace::test::difference_of(c, seed, reference, exercise);
    if (!difference.empty()) {
      std::cout << (moving ? "moving seed " : "seed ") << seed << ": " << difference;
      return is_to_be_caught ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  }
  std::cout << "no difference in " << kCases << " cases\n";
  return is_to_be_caught ? EXIT_FAILURE : EXIT_SUCCESS;
}
