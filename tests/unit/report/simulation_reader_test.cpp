// SPDX-License-Identifier: Apache-2.0
// Result files read back, whole and damaged.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unit/report/toy_reports.h"

namespace memplace {
namespace {

// A report with every kind of row: the mapping asks for more of sram (32 B) than there is.
Json full_report() {
  const Program program = test::tiny_program(R"(graph full
input x 4
a: grid(out=40,in=4) w=160 in=x out=40
b: elementwise(2) in=a out=2)");
  const Mapping mapping = uniform_mapping(program.problem, MemoryId(2));
  SimResult result;
  result.latency = result.makespan = 9_ns;
  result.ops = IdVector<OpId, OpTiming>(2);
  result.memories = IdVector<MemoryId, MemoryActivity>(3);
  result.completions = {9_ns};
  SimulationReport report = test::report_of(program, mapping, result, "full");
  report.throughput_per_s = 1.0 / 3.0;
  return to_json(report);
}

SimulationReport read(const Json& json) { return read_simulation_report(json, "r.json", "1.2.3"); }

std::string message_of(const Json& json) {
  try {
    read(json);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The tiny report with one value exchanged.
std::string message_with(const std::string& pointer, const Json& value) {
  Json json = to_json(test::mixed_report());
  json[Json::json_pointer(pointer)] = value;
  return message_of(json);
}

// That with a fetch.
std::string moving_message(const std::vector<std::pair<std::string, Json>>& values) {
  Json json = to_json(test::moving_report());
  for (const auto& [pointer, value] : values) {
    json[Json::json_pointer(pointer)] = value;
  }
  return message_of(json);
}

// Calls `visit` with a pointer to everything inside `json`.
void visit_all(const Json& json, const std::string& pointer,
               const std::function<void(const std::string&)>& visit) {
  for (const auto& [key, value] : json.items()) {
    std::string inner = pointer;
    inner.append("/").append(key);
    visit(inner);
    if (value.is_structured()) {
      visit_all(value, inner, visit);
    }
  }
}

}  // namespace

TEST_CASE("a result comes back as it was written", "[report]") {
  CHECK(to_json(read(to_json(test::mixed_report()))) == to_json(test::mixed_report()));
  CHECK(to_json(read(to_json(test::moving_report()))) == to_json(test::moving_report()));
  const Json full = full_report();
  REQUIRE_FALSE(full["demoted"][0]["refusals"][0]["asked_bytes"].is_null());
  CHECK(to_json(read(Json::parse(pretty(full)))) == full);
}

TEST_CASE("a result that lacks anything is refused", "[report]") {
  const Json whole = GENERATE(full_report(), to_json(test::moving_report()));
  std::size_t tried = 0;
  visit_all(whole, "", [&](const std::string& pointer) {
    const Json::json_pointer place(pointer);
    Json copy = whole;
    Json& parent = copy[place.parent_pointer()];
    if (!parent.is_object() || pointer.starts_with("/config/") || pointer == "/throughput_per_s" ||
        pointer == "/schema_version") {  // which older results do not have
      return;
    }
    parent.erase(place.back());
    INFO(pointer);
    CHECK_FALSE(message_of(copy).empty());
    ++tried;
  });
  CHECK(tried > 100);
}

TEST_CASE("a result with a value of another type is refused", "[report]") {
  const Json whole = GENERATE(full_report(), to_json(test::moving_report()));
  std::size_t tried = 0;
  visit_all(whole, "", [&](const std::string& pointer) {
    if (pointer.starts_with("/config/")) {
      return;
    }
    const Json::json_pointer place(pointer);
    for (const Json& wrong : {Json(-1), Json(Json::array({Json::array()})), Json("\n")}) {
      Json copy = whole;
      copy[place] = wrong;
      INFO(pointer << " = " << one_line(wrong));
      CHECK_FALSE(message_of(copy).empty());
      ++tried;
    }
  });
  CHECK(tried > 300);
}

TEST_CASE("what is wrong with a result is said", "[report]") {
  CHECK(message_of(Json::array()) == "r.json: no result of memplace simulate --format json");
  CHECK(message_of(Json::object()) == "r.json: no result of memplace simulate --format json");
  CHECK(message_with("/command", "optimize") ==
        "r.json: a result of memplace optimize, expected one of memplace simulate");
  CHECK(message_with("/memplace_version", "0.9") ==
        "r.json: written by memplace 0.9, and this is 1.2.3; run it again: memplace simulate "
        "mixed");
  CHECK(message_with("/schema_version", 2) ==
        "r.json: schema_version: got 2, expected a whole number from 1 to 1");
  CHECK(message_with("/ops/1/compute_ps", "fast") ==
        "r.json: ops[1].compute_ps: got \"fast\", expected a whole number from 0 to "
        "4611686018427387904");
  CHECK(message_with("/latency_ps", 1.5) ==
        "r.json: latency_ps: got 1.5, expected a whole number from 0 to 4611686018427387904");
  CHECK(message_with("/mode/streams", 0) ==
        "r.json: mode.streams: got 0, expected a whole number from 1 to 4611686018427387904");
  CHECK(message_with("/ops", nullptr) == "r.json: ops: got null, expected a list");
  CHECK(message_with("/feasible", "yes") ==
        "r.json: feasible: got \"yes\", expected true or false");
  CHECK(message_with("/ops/1/compute_ps", 1) ==
        "r.json: damaged: the parts of its ops and drain_ps do not add up to first_inference_ps");
  CHECK(message_with("/ops/1/name", "a") == "r.json: ops: \"a\" stands there twice");
  CHECK(message_with("/ops/1/inputs/0", "y") == "r.json: ops: \"y\" is no tensor of this result");
  CHECK(message_with("/tensors/1/given", "cache") ==
        "r.json: tensors: \"cache\" is no memory of this result");
  CHECK(message_with("/config/mapping", Json::array({Json::array()})) ==
        "r.json: config: \"mapping\" is no setting");
  CHECK(message_with("/tensors/0/bytes", std::int64_t{1} << 62) ==
        "r.json: tensors: more than 4611686018427387904 bytes in all");
}

TEST_CASE("moves that contradict the rest of a result are refused", "[report]") {
  CHECK(moving_message({}).empty());
  CHECK(moving_message({{"/ops/0/wait_move_ps", 1}}) ==
        "r.json: damaged: the parts of its ops and drain_ps do not add up to first_inference_ps");
  CHECK(moving_message({{"/moves/0/waited_ps", 55'000}}) ==
        "r.json: moves: damaged: waited_ps do not add up to the wait_move_ps of ops");
  CHECK(moving_message({{"/moves/0/tensor", "x"}}) ==
        "r.json: moves: \"x\" is no tensor of this result that is fetched");
  CHECK(moving_message({{"/tensors/1/fetched_to", "cache"}}) ==
        "r.json: tensors: \"cache\" is no memory of this result");
  CHECK(moving_message({{"/tensors/1/fetched_to", nullptr}}) ==
        "r.json: moves: \"a.weights\" is no tensor of this result that is fetched");
  CHECK(moving_message({{"/tensors/0/fetched_to", "llc"}}) ==
        "r.json: moves: a tensor is fetched that has no move");
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, Json>>{{"from", "llc"}, {"to", "sram"}, {"bytes", 7}}) {
    CHECK(moving_message({{"/moves/0/" + key, value}}) ==
          "r.json: moves: \"a.weights\" moves otherwise than its row in tensors says");
  }
  for (const char* const key : {"first_op", "after"}) {
    CHECK(moving_message({{std::string("/moves/0/") + key, "c"}}) ==
          "r.json: moves: \"a.weights\" waits for, or is read by, what is no op of this result");
  }
  CHECK(moving_message({{"/moves/0/after", "a"}}) ==
        "r.json: moves: \"a.weights\" is fetched after the op that reads it");
  CHECK(moving_message({{"/moves/0/begin_ps", 57'000}}) ==
        "r.json: moves: \"a.weights\" ends before it begins");
  CHECK(moving_message({{"/memories/1/moved_in_bytes", 9}}) ==
        "r.json: moves: damaged: its bytes are not those that memory \"llc\" says were moved");
  CHECK(moving_message({{"/memories/2/moved_out_bytes", 8}}) ==
        "r.json: moves: damaged: its bytes are not those that memory \"sram\" says were moved");
  const Json move = to_json(test::moving_report())["moves"][0];
  CHECK(moving_message({{"/moves/1", move}}) == "r.json: moves: \"a.weights\" stands there twice");
}

}  // namespace memplace
