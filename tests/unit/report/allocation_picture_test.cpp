// SPDX-License-Identifier: Apache-2.0
#include "report/allocation_picture.h"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

AllocationBuffer buffer(std::int64_t lower, std::int64_t upper, std::int64_t size) {
  return {"b", lower, upper, Bytes(size), 1, std::nullopt};
}

TEST_CASE("a small allocation is drawn to the byte and the step", "[report]") {
  // The problem at the head of sim/allocation/problem.h, in halves of its sizes.
  const AllocationProblem problem{{buffer(0, 3, 2), buffer(0, 9, 2), buffer(4, 9, 3)}, 5_B};
  CHECK(draw_allocation(problem, {{2_B, 0_B, 2_B}}) ==
        "4 ....ccccc\n"
        "3 aaa.ccccc\n"
        "2 aaa.ccccc\n"
        "1 bbbbbbbbb\n"
        "0 bbbbbbbbb\n"
        "  time 0 to 9\n");
}

TEST_CASE("a large allocation is drawn in 24 rows of at most 80 characters", "[report]") {
  // Addresses have seven digits: 72 columns for 720 steps from -20 on, ten steps each. The first
  // buffer takes the lower half; the second what is above it, but for the last six columns, of
  // which the first has its middle at step 665 and so is free from 660 on.
  const AllocationProblem problem{{buffer(-20, 700, 500'000), buffer(-20, 640, 740'000)}, 0_B};
  const std::string text = draw_allocation(problem, {{0_B, 500'000_B}});
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  CHECK(line == "1188333 " + std::string(66, 'b') + std::string(6, '.'));
  std::size_t widest = 0;
  for (std::istringstream all(text); std::getline(all, line);) {
    widest = std::max(widest, line.size());
  }
  CHECK(widest == 80);
  CHECK(std::count(text.begin(), text.end(), '\n') == 25);
  // 1,240,000 B in 24 rows: 500,000 / 51,666.7 = 9.7 rows, so the tenth row's middle is below it.
  CHECK(text.find("\n 516666 b") != std::string::npos);
  CHECK(text.find("\n 465000 a") != std::string::npos);
}

TEST_CASE("nothing is drawn of buffers of no bytes", "[report]") {
  CHECK(draw_allocation({}, {}).empty());
  CHECK(draw_allocation({{buffer(0, 3, 0)}, 5_B}, {{0_B}}).empty());
}

TEST_CASE("letters begin again after the 62nd buffer", "[report]") {
  AllocationProblem problem;
  Allocation allocation;
  for (std::int64_t i = 0; i < 64; ++i) {
    problem.buffers.push_back(buffer(i, i + 1, 1));
    allocation.offsets.push_back(0_B);
  }
  CHECK(draw_allocation(problem, allocation) ==
        "0 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ab\n"
        "  time 0 to 64\n");
}

}  // namespace
}  // namespace memplace
