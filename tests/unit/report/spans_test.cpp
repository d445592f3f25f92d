// SPDX-License-Identifier: Apache-2.0
// What simulate --format json says beside its tables.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "report/simulation_details.h"
#include "sim/event/event_simulator.h"
#include "tests/unit/report/toy_reports.h"

namespace memplace {
namespace {

// On toy, dram moves 4 ns a byte... the run is the one drawn in toy_reports.h.
TEST_CASE("spans are the requests of each op, added up", "[report]") {
  const Program program = test::tiny_program();
  Mapping mapping = uniform_mapping(program.problem, program.chip().slowest());
  mapping[*program.graph().find_tensor("a.weights")] = MemoryId(1);
  mapping[*program.graph().find_tensor("a.out")] = MemoryId(2);
  SpanRecorder recorder(program);
  EventSimulator().run(program, mapping, &recorder);
  std::vector<std::string> lines;
  for (const OpSpan& span : recorder.spans()) {
    lines.push_back(std::to_string(span.op) + " " + span.lane + " " + span.memory + " " +
                    std::to_string(span.begin.count()) + "-" + std::to_string(span.end.count()) +
                    " busy " + std::to_string(span.busy.count()) + " " +
                    std::to_string(span.bytes.count()) + " B");
  }
  CHECK(lines ==
        std::vector<std::string>{
            "0 weight llc 0-16000 busy 16000 8 B", "0 input dram 0-16000 busy 16000 4 B",
            "0 compute  16000-24000 busy 8000 0 B", "0 output sram 24000-26000 busy 2000 2 B",
            "1 input sram 26000-28000 busy 2000 2 B", "1 compute  28000-30000 busy 2000 0 B",
            "1 output dram 30000-38000 busy 8000 2 B"});
}

// The pieces of a.weights, by hand: read by the mover at 4 ns a byte, written at 2 ns.
TEST_CASE("spans have a lane of moves, for the op that reads the tensor first", "[report]") {
  const Program program = test::tiny_program();
  const auto tensor = static_cast<std::uint32_t>(program.graph().find_tensor("a.weights")->index());
  SpanRecorder recorder(program);
  const auto piece = [&](std::uint32_t position, std::uint32_t operand, std::size_t memory,
                         Picoseconds begin, Picoseconds end) {
    recorder.on_transfer({{RequestKind::kMove, 0, position, tensor, operand},
                          MemoryId(memory),
                          0,
                          4_B,
                          0_ns,
                          begin,
                          end,
                          end});
  };
  piece(0, 0, 0, 0_ns, 16_ns);
  piece(0, 1, 1, 16_ns, 24_ns);
  piece(0, 2, 0, 16_ns, 32_ns);
  piece(0, 3, 1, 32_ns, 40_ns);
  piece(2, 0, 0, 100_ns, 116_ns);  // of the second inference
  const std::vector<OpSpan> spans = recorder.spans();
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].op == 0);
  CHECK(spans[0].lane == "move");
  CHECK(spans[0].memory == "dram");
  CHECK(spans[0].begin == 0_ns);
  CHECK(spans[0].end == 32_ns);
  CHECK(spans[0].busy == 32_ns);
  CHECK(spans[0].bytes == 8_B);
  CHECK(spans[1].memory == "llc");
  CHECK(spans[1].begin == 16_ns);
  CHECK(spans[1].end == 40_ns);
  CHECK(spans[1].busy == 16_ns);
}

TEST_CASE("details stand in the JSON and are read back", "[report]") {
  SimulationReport report = test::mixed_report();
  SimulationDetails details;
  details.peak_macs_per_second = 1e9;
  details.bandwidths = {{"llc", Bandwidth(500), Bandwidth(400)}};
  details.spans = {{1, "input", "sram", 26_ns, 28_ns, 2_ns, 2_B}};
  details.addresses = {{"a.out", "sram", 4_B, 2_B, {0, 2}}};
  report.details = details;
  const Json json = to_json(report);
  CHECK(json.at("details").at("spans").at(0).at("busy_ps") == 2'000);
  CHECK(to_json(read_simulation_report(json, "r.json", "1.2.3")) == json);

  const auto message_with = [&](const std::string& pointer, const Json& value) {
    Json damaged = json;
    damaged[Json::json_pointer(pointer)] = value;
    try {
      read_simulation_report(damaged, "r.json", "1.2.3");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message_with("/details/spans/0/op", 2) == "r.json: details.spans: op 2 of 2");
  CHECK(message_with("/details/addresses/0/tensor", "z") ==
        "r.json: details.addresses: \"z\" is no tensor of this result");
}

}  // namespace
}  // namespace memplace
