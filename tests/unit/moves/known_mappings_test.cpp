// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/known_mappings.h"

#include <catch2/catch.hpp>

#include "tests/support/toy_chips.h"

namespace memplace::test {

TEST_CASE("a mapping is known as it was asked and as it was given", "[known_mappings]") {
  const Mapping asked{kSram, kSram};
  const Mapping given{kSram, kLlc};
  KnownMappings known;
  CHECK_FALSE(known.contains(asked));
  CHECK_FALSE(known.find(given).has_value());

  Evaluated evaluated;
  evaluated.asked = asked;
  evaluated.given = given;
  evaluated.cost = 7;
  known.remember(evaluated);
  for (const Mapping& mapping : {asked, given}) {
    CHECK(known.contains(mapping));
    const auto found = known.find(mapping);
    REQUIRE(found.has_value());
    CHECK(found->mapping == given);
    CHECK(found->cost == 7);
  }
  CHECK_FALSE(known.contains(Mapping{kLlc, kSram}));

  // The first cost stays: under noise another measurement is no better.
  evaluated.cost = 5;
  known.remember(evaluated);
  CHECK(known.find(given)->cost == 7);
}

}  // namespace memplace::test
