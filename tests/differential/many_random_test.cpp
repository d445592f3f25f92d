// SPDX-License-Identifier: Apache-2.0
// 20,000 more of random_test.cpp.
#include "tests/differential/random_triples.h"

namespace memplace::test {

TEST_CASE("models agree on triples 10000 to 12499", "[long]") { check_seeds(10'000, 12'500); }
TEST_CASE("models agree on triples 12500 to 14999", "[long]") { check_seeds(12'500, 15'000); }
TEST_CASE("models agree on triples 15000 to 17499", "[long]") { check_seeds(15'000, 17'500); }
TEST_CASE("models agree on triples 17500 to 19999", "[long]") { check_seeds(17'500, 20'000); }
TEST_CASE("models agree on triples 20000 to 22499", "[long]") { check_seeds(20'000, 22'500); }
TEST_CASE("models agree on triples 22500 to 24999", "[long]") { check_seeds(22'500, 25'000); }
TEST_CASE("models agree on triples 25000 to 27499", "[long]") { check_seeds(25'000, 27'500); }
TEST_CASE("models agree on triples 27500 to 29999", "[long]") { check_seeds(27'500, 30'000); }

}  // namespace memplace::test
