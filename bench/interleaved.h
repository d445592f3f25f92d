// SPDX-License-Identifier: Apache-2.0
// Measures several things side by side, with Google Benchmark.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace memplace::bench {

// What is measured: doing `count` units of work.
struct Subject {
  std::string name;
  std::function<void(std::int64_t count)> work;
};

struct Effort {
  double min_time = 0.1;  // seconds that each subject works in each round
  int rounds = 7;
};

// Units a second of wall time: an element a round for each subject. The rounds go through all
// subjects by turns, so that what else the machine does hits all alike, and so that figures of one
// round can be compared with each other. How many units take `min_time` is found out before.
// Not to be called by two threads at once.
std::vector<std::vector<double>> measure_interleaved(std::span<const Subject> subjects,
                                                     const Effort& effort);

// The middle one, or the mean of the two in the middle. At least one value.
double median(std::vector<double> values);

}  // namespace memplace::bench
