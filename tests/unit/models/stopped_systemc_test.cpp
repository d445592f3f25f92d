// SPDX-License-Identifier: Apache-2.0
// The SystemC model, of which there is one in a process, can be stopped and simulates on.
#include <cstdint>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "base/stopping.h"
#include "sim/event/event_simulator.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {

TEST_CASE("a SystemC run that was stopped leaves the machine as new", "[systemc][stopping]") {
  std::string text = "graph chain\ninput x 8\no0: grid(out=4,in=4) w=8 in=x out=8\n";
  for (int i = 1; i < 1000; ++i) {
    text += "o" + std::to_string(i) + ": grid(out=4,in=4) w=8 in=o" + std::to_string(i - 1) +
            " out=8\n";
  }
  Mode mode;
  mode.inferences = 2;
  const Program program = lower(Problem(parse_graph_text(text), toy_chip(), mode));
  const Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  const SimResult expected = EventSimulator().run(program, mapping);
  SystemCSimulator simulator;
  std::uint64_t looks = 0;
  {
    const StopScope scope([&] {
      ++looks;
      return false;
    });
    CHECK(simulator.run(program, mapping).latency == expected.latency);
  }
  // 2,000 tiles, each of which ends at an instant of its own; a look at every 256.
  CHECK(looks >= 7);
  for (std::uint64_t at = 1; at <= looks; at += 3) {
    CAPTURE(at);
    {
      std::uint64_t count = 0;
      const StopScope scope([&] { return ++count == at; });
      CHECK_THROWS_AS(simulator.run(program, mapping), Stopped);
    }
    const SimResult again = simulator.run(program, mapping);
    CHECK(again.latency == expected.latency);
    CHECK(again.completions == expected.completions);
  }
}

}  // namespace memplace::test
