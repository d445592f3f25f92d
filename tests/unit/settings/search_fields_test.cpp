// SPDX-License-Identifier: Apache-2.0
// Each setting of a search is one row, from which all that is said of it follows.
#include "optimizer/studies/settings/search_fields.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/yaml_reader.h"

namespace memplace::test {
namespace {

using Kind = FieldInfo::Kind;
using Row = RequestField<SearchRequest>;

// A value for each that is not its default.
const std::map<std::string, Words>& others() {
  static const std::map<std::string, Words> words{
      {"workload", {"a.onnx"}},
      {"dtype", {"fp16"}},
      {"dim", {"batch=2", "seq=0"}},
      {"value", {"shape=1,3,224", "sr=16000"}},
      {"allow_unknown", {"true"}},
      {"chip", {"toy"}},
      {"set", {"memories.sram.capacity=8MiB"}},
      {"streams", {"2"}},
      {"engines_per_stream", {"3"}},
      {"inferences", {"4"}},
      {"model", {"both"}},
      {"objective", {"edp"}},
      {"budget", {"77"}},
      {"horizon", {"55"}},
      {"time_limit", {"90.5 s"}},
      {"target_latency", {"12 us"}},
      {"patience", {"5"}},
      {"noise", {"0.1"}},
      {"remeasurements", {"9"}},
      {"policy", {"p.policy"}},
      {"init", {"all:dram"}},
      {"seed_from", {"milp"}},
      {"allocator", {"exact"}},
      {"pins", {"a*=sram", "b=\"=llc"}},
      {"forbids", {"*=dram"}},
      {"seed", {"3"}},
      {"keep_mappings", {"true"}},
  };
  return words;
}

std::vector<Row> single_rows() {
  std::vector<Row> rows;
  for (const Row& row : search_fields()) {
    if (row.kind != Kind::kComposite) {
      rows.push_back(row);
    }
  }
  return rows;
}

std::string yaml_of(const SearchRequest& request) {
  const std::vector<Row> rows = single_rows();
  std::string text = "begin: 1\n";
  for (const auto& [key, value] : yaml_entries<SearchRequest>(rows, request, nullptr)) {
    text += key + ": " + value + '\n';
  }
  return text;
}

SearchRequest read(const std::string& text) {
  const YamlDocument document = YamlDocument::from_text(text, "r.yaml");
  YamlMap map(document.root());
  static_cast<void>(map.required("begin"));
  SearchRequest request;
  const std::vector<Row> rows = single_rows();
  read_fields<SearchRequest>(map, rows, request);
  map.finish();
  return request;
}

std::string message_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& mistake) {
    return mistake.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("settings: a value that is not the default comes back from words and YAML",
          "[settings]") {
  SearchRequest all;
  for (const Row& row : single_rows()) {
    INFO(row.key);
    REQUIRE(others().contains(row.key));
    const Words& words = others().at(row.key);
    SearchRequest request;
    request.workload = "w";
    row.set(request, words);
    CHECK(request != SearchRequest());
    CHECK(row.words(request) == words);
    CHECK(read(yaml_of(request)) == request);
    row.set(all, words);
  }
  CHECK(read(yaml_of(all)) == all);
  CHECK(read("begin: 1\n") == SearchRequest());
  CHECK(message_of("begin: 1\ninit: ''\n") ==
        "r.yaml:2:7: init: got \"\", expected a text that is not empty");
}

// What only a simulation has, beside its mapping.
TEST_CASE("settings: places and planner come back from words and YAML", "[settings]") {
  const auto rows = simulation_fields();
  for (const auto& [key, word, usual] :
       {std::tuple("places", "static", "moving"), std::tuple("planner", "joint", "ring"),
        std::tuple("allocator", "exact", "heuristic"), std::tuple("strict", "true", "")}) {
    CAPTURE(key);
    const RequestField<SimulationRequest>& row = find_field(rows, key);
    SimulationRequest request;
    CHECK(joined(row.words(request)) == usual);
    row.set(request, {word});
    CHECK(request != SimulationRequest());
    CHECK(row.words(request) == Words{word});
    CHECK((row.names.empty() || row.names.front() == usual));
  }
  SimulationRequest request;
  request.workload = "w";
  CHECK(settings_of(rows, request).words.empty());
  request.moving = false;
  request.planner = PlannerKind::kJoint;
  CHECK(settings_of(rows, request).words == Words{"--places", "static", "--planner", "joint"});
  CHECK(settings_of(rows, request).config["planner"] == "joint");
  CHECK(settings_of(rows, request).facts.back() ==
        std::pair<std::string, std::string>("planner", "joint"));
  // Searches do not move tensors.
  for (const Row& row : search_fields()) {
    CHECK(row.key != "places");
    CHECK(row.key != "planner");
  }
}

TEST_CASE("settings: names are unique, and help fits", "[settings]") {
  std::set<std::string> keys;
  std::set<std::string> flags;
  for (const Row& row : search_fields()) {
    INFO(row.key);
    CHECK(keys.insert(row.key).second);
    CHECK((row.flag.empty() || flags.insert(row.flag).second));
    CHECK((row.kind == Kind::kChoice) == !row.names.empty());
    CHECK((row.flag.empty() || row.kind == Kind::kComposite || !row.help.empty()));
  }
}

TEST_CASE("settings: the command line says what differs from the defaults", "[settings]") {
  SearchRequest request;
  request.workload = "resnet50";
  CHECK(settings_of(search_fields(), request).words.empty());
  request.mode_choice.streams = 2;
  request.pins = {"a=sram", "b=sram"};
  request.allow_unknown = true;
  request.strategy = "annealing";
  request.options = {{"chains", "3"}, {"t_start", "0.5"}};
  request.seed = 7;
  CHECK(settings_of(search_fields(), request).words ==
        Words{"--allow-unknown", "--streams", "2", "--strategy", "annealing", "--option",
              "t_start=0.5", "--option", "chains=3", "--pin", "a=sram", "--pin", "b=sram", "--seed",
              "7"});
  // Where other defaults hold, what differs from those.
  CHECK(settings_of(search_fields(), request, request).words.empty());
}

TEST_CASE("settings: JSON has all of them, defaults too", "[settings]") {
  SearchRequest request;
  request.workload = "resnet50";
  const Json config = settings_of(search_fields(), request).config;
  CHECK(config["budget"] == 4000);
  CHECK(config["time_ps"].is_null());
  CHECK(config["options"]["members"] == "beam+tabu");
  CHECK(config["dtype"] == "int8");
  // What says nothing about a network is not there.
  CHECK_FALSE(config.contains("dim"));
  request.workload = "a.onnx";
  CHECK(settings_of(search_fields(), request).config["dim"].empty());
  request.workload = "a.yaml";
  CHECK(settings_of(search_fields(), request).config["dtype"].is_null());
}

TEST_CASE("settings: mistakes in YAML are named with their place", "[settings]") {
  CHECK(message_of("begin: 1\nbudget: 0\n") ==
        "r.yaml:2:9: budget: got \"0\", expected a whole number from 1 to 1000000000");
  CHECK(message_of("begin: 1\nmode: {streams: 13}\n") ==
        "r.yaml:2:17: mode.streams: got \"13\", expected a whole number from 1 to 12");
  CHECK(message_of("begin: 1\nmode: {stream: 1}\n").find("did you mean \"streams\"?") !=
        std::string::npos);
  CHECK(message_of("begin: 1\ntime_limit: 999 us\n") ==
        "r.yaml:2:13: time_limit: got \"999 us\", expected a time from 1 ms to 100 d such as 90, "
        "90s, 10m or 1.5h");
  CHECK(message_of("begin: 1\nnoise: 101%\n") ==
        "r.yaml:2:8: noise: got \"101%\", expected a share from 0 to 1 such as 0.02 or 2%");
  CHECK(message_of("begin: 1\ndim: [a=1, a=2]\n") == "r.yaml:2:6: dim: a is given twice");
  CHECK(message_of("begin: 1\nobjective: latenci\n") ==
        "r.yaml:2:12: objective: unknown objective \"latenci\"; known: latency, throughput, "
        "energy, edp (did you mean \"latency\"?)");
}

// 1.5 h are 5,400 s; a number alone is seconds.
TEST_CASE("settings: times as people write them", "[settings]") {
  const auto time = [](const std::string& text) { return duration_codec().read({text}); };
  CHECK(time("90") == Picoseconds(90'000'000'000'000));
  CHECK(time("1.5h") == Picoseconds(5'400'000'000'000'000));
  CHECK(time("10m") == time("600 s"));
  CHECK(time("100d") == kLongestTimeLimit);
  CHECK_THROWS_AS(time("101d"), Error);
  CHECK_THROWS_AS(time("9223372036854775807d"), Error);
}

}  // namespace memplace::test
