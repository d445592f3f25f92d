// SPDX-License-Identifier: Apache-2.0
// 20,000 more of random_moving_test.cpp.
#include "tests/differential/random_triples.h"

namespace memplace::test {

TEST_CASE("models agree on moving triples 10000 to 12499", "[long]") {
  check_moving_seeds(10000, 12500);
}
TEST_CASE("models agree on moving triples 12500 to 14999", "[long]") {
  check_moving_seeds(12500, 15000);
}
TEST_CASE("models agree on moving triples 15000 to 17499", "[long]") {
  check_moving_seeds(15000, 17500);
}
TEST_CASE("models agree on moving triples 17500 to 19999", "[long]") {
  check_moving_seeds(17500, 20000);
}
TEST_CASE("models agree on moving triples 20000 to 22499", "[long]") {
  check_moving_seeds(20000, 22500);
}
TEST_CASE("models agree on moving triples 22500 to 24999", "[long]") {
  check_moving_seeds(22500, 25000);
}
TEST_CASE("models agree on moving triples 25000 to 27499", "[long]") {
  check_moving_seeds(25000, 27500);
}
TEST_CASE("models agree on moving triples 27500 to 29999", "[long]") {
  check_moving_seeds(27500, 30000);
}

}  // namespace memplace::test
