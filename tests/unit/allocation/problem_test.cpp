// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/problem.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/allocation/buffers.h"

namespace memplace {
namespace {

TEST_CASE("the bound is the most live bytes at any time", "[allocation]") {
  CHECK(lower_bound({}) == 0_B);
  // [0, 3) 5 + 2, [3, 4) 5 + 4: the 2 ends where the 4 begins.
  CHECK(lower_bound({{buffer(0, 4, 5), buffer(0, 3, 2), buffer(3, 9, 4)}, 0_B}) == 9_B);
  CHECK(lower_bound({{buffer(0, 4, 0), buffer(2, 3, 7)}, 0_B}) == 7_B);
}

TEST_CASE("the bound counts what alignment leaves unusable", "[allocation]") {
  // Multiples of 4: 5 takes 8 unless it is topmost, 2 takes 4. Either 8 + 2 or 4 + 5 bytes; the
  // less is 9.
  CHECK(lower_bound({{buffer(0, 4, 5, 4), buffer(0, 4, 2, 4)}, 0_B}) == 9_B);
  // Alignments 4 and 6 have the divisor 2: 5 takes 6, 3 takes 4; the topmost saves 1.
  CHECK(lower_bound({{buffer(0, 4, 5, 4), buffer(0, 4, 3, 6)}, 0_B}) == 9_B);
  // One buffer with alignment 1 can fill any gap.
  CHECK(lower_bound({{buffer(0, 4, 5, 4), buffer(0, 4, 2, 1)}, 0_B}) == 7_B);
}

TEST_CASE("the peak is the end of the highest buffer", "[allocation]") {
  const AllocationProblem problem{{buffer(0, 4, 5), buffer(0, 3, 2), buffer(0, 9, 0)}, 9_B};
  CHECK(peak(problem, {{0_B, 7_B, 100_B}}) == 9_B);
  CHECK(peak({}, {}) == 0_B);
}

TEST_CASE("problems out of bounds are refused", "[allocation]") {
  const auto message = [](const AllocationBuffer& bad) {
    try {
      check_problem({{buffer(0, 1, 1), bad}, 9_B});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message(buffer(0, 1, 1)).empty());
  CHECK(message(buffer(3, 3, 1)) ==
        "buffer \"b\": lives in [3, 3), expected a lifetime that is not empty");
  CHECK(message(buffer(0, 1, -1)) ==
        "buffer \"b\": size: got -1, expected 0 to 1152921504606846976");
  CHECK(message(buffer(0, 1, 1, 0)) ==
        "buffer \"b\": alignment: got 0, expected 1 to 1099511627776");
  CHECK(message({"b", 0, 1, 1_B, 1, Bytes(-2)}) ==
        "buffer \"b\": hint: got -2, expected 0 to 1152921504606846976");
  CHECK(message(buffer(0, 1, kMostAllocationBytes)) ==
        "buffer \"b\": with it all buffers have more than 1152921504606846976 bytes");
  CHECK_THROWS_WITH(check_problem({{}, Bytes(-1)}),
                    "got a capacity of -1 bytes, expected 0 to 1152921504606846976");
}

}  // namespace
}  // namespace memplace
