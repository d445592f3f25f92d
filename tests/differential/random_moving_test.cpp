// SPDX-License-Identifier: Apache-2.0
// 2,000 random graph x chip x mode x mapping with tensors that move, in parts that run at once.
#include "tests/differential/random_triples.h"

namespace memplace::test {

TEST_CASE("models agree on moving triples 0 to 249", "[differential]") {
  check_moving_seeds(0, 250);
}
TEST_CASE("models agree on moving triples 250 to 499", "[differential]") {
  check_moving_seeds(250, 500);
}
TEST_CASE("models agree on moving triples 500 to 749", "[differential]") {
  check_moving_seeds(500, 750);
}
TEST_CASE("models agree on moving triples 750 to 999", "[differential]") {
  check_moving_seeds(750, 1000);
}
TEST_CASE("models agree on moving triples 1000 to 1249", "[differential]") {
  check_moving_seeds(1000, 1250);
}
TEST_CASE("models agree on moving triples 1250 to 1499", "[differential]") {
  check_moving_seeds(1250, 1500);
}
TEST_CASE("models agree on moving triples 1500 to 1749", "[differential]") {
  check_moving_seeds(1500, 1750);
}
TEST_CASE("models agree on moving triples 1750 to 1999", "[differential]") {
  check_moving_seeds(1750, 2000);
}

}  // namespace memplace::test
