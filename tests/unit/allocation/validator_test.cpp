// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/validator.h"

#include <catch2/catch.hpp>

namespace memplace {
namespace {

// Two of 4 B that overlap in [2, 3), the second on multiples of 4; a third when both are gone.
const AllocationProblem kProblem{{{"a", 0, 3, 4_B, 1, std::nullopt},
                                  {"b", 2, 5, 4_B, 4, std::nullopt},
                                  {"c", 5, 6, 10_B, 1, std::nullopt}},
                                 10_B};

AllocationValidation check(const std::vector<Bytes>& offsets) {
  return validate(kProblem, {offsets});
}

TEST_CASE("a valid allocation is valid", "[allocation]") {
  CHECK(check({0_B, 4_B, 0_B}) == AllocationValidation{});
  CHECK(check({6_B, 0_B, 0_B}) == AllocationValidation{});
}

TEST_CASE("each violation is found", "[allocation]") {
  using Violation = AllocationViolation;
  CHECK(check({0_B, 4_B}) == AllocationValidation{Violation::kWrongSize, 0, 0});
  CHECK(check({0_B, 4_B, Bytes(-1)}) == AllocationValidation{Violation::kBelowZero, 2, 0});
  CHECK(check({0_B, 6_B, 0_B}) == AllocationValidation{Violation::kMisaligned, 1, 0});
  CHECK(check({0_B, 4_B, 1_B}) == AllocationValidation{Violation::kOverCapacity, 2, 0});
  CHECK(check({1_B, 4_B, 0_B}) == AllocationValidation{Violation::kOverlap, 0, 1});
  CHECK(check({5_B, 4_B, 0_B}) == AllocationValidation{Violation::kOverlap, 0, 1});
  CHECK(name_of(Violation::kMisaligned) == "misaligned");
}

TEST_CASE("buffers of no bytes overlap nothing", "[allocation]") {
  const AllocationProblem problem{
      {{"a", 0, 3, 4_B, 1, std::nullopt}, {"b", 0, 3, 0_B, 1, std::nullopt}}, 4_B};
  CHECK(validate(problem, {{0_B, 2_B}}) == AllocationValidation{});
}

}  // namespace
}  // namespace memplace
