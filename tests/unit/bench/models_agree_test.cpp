// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "bench/signature.h"
#include "sim/event/event_simulator.h"
#include "sim/systemc/systemc_simulator.h"

namespace memplace::bench {

TEST_CASE("both models have one signature", "[bench]") {
  EventSimulator event;
  SystemCSimulator systemc;
  for (const SignatureSet& set : {frozen_signature(), whole_signature()}) {
    CHECK(signature_text(signature(event, set)) == signature_text(signature(systemc, set)));
  }
}

}  // namespace memplace::bench
