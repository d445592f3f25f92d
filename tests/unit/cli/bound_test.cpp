// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/bound.h"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

Json without_seconds(Json json) {
  json.erase("seconds");
  return json;
}

Words tiny(const Words& more) { return with({"bound", "tiny.yaml", "--chip", "toy"}, more); }

}  // namespace

TEST_CASE("bound proves a time below the best mapping known", "[cli][bound]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("tiny.mapping.yaml", kTinyMapping);
  const Json json = json_of(tiny({"--mapping", "tiny.mapping.yaml"}));
  const auto bound = json["bound_ps"].get<std::int64_t>();
  const auto best = json["best_known_ps"].get<std::int64_t>();
  CHECK(bound > 0);
  CHECK(bound <= best);
  CHECK(json["gap"].get<double>() ==
        Approx(static_cast<double>(best - bound) / static_cast<double>(bound)));
  CHECK(json["mode"]["streams"] == 1);
  // simulate_test.cpp has the timeline of that mapping.
  CHECK(json["mapping"]["latency_ps"] == 38'000);
  CHECK(json["mapping"]["relaxed_ps"].get<std::int64_t>() <= 38'000);
  CHECK(json["mapping"]["feasible"] == true);
  CHECK(best <= 38'000);
  CHECK(json["status"] == (bound == best ? "optimal" : "finished"));
  const Json& families = json["families"];
  const Words names = has_linear_solver() ? Words{"compute",  "channels", "data", "slots",
                                                  "prefetch", "queues",   "chain"}
                                          : Words{"compute", "chain"};
  REQUIRE(families.size() == names.size());
  std::int64_t last = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(families[i]["name"] == names[i]);
    CHECK(families[i]["bound_ps"].get<std::int64_t>() >= last);
    last = families[i]["bound_ps"].get<std::int64_t>();
  }
  CHECK(last == bound);
  CHECK(json["solver_bound_ps"].is_null() == !has_linear_solver());
  CHECK(json["seconds"].get<double>() >= 0);

  // All but the time taken is the same again, and in the other formats.
  CHECK(without_seconds(json_of(tiny({"--mapping", "tiny.mapping.yaml"}))) ==
        without_seconds(json));
  const Outcome csv = run_cli(tiny({"--format", "csv"}));
  CHECK(csv.code == 0);
  CHECK(csv.out.find("name,bound_ps\ncompute,") != std::string::npos);
  const Outcome text = run_cli(tiny({}));
  CHECK(text.code == 0);
  CHECK(text.out.find("proven bound ") != std::string::npos);
  CHECK(text.err.find("bound: chain: ") != std::string::npos);
}

TEST_CASE("bound keeps to constraints, and saves what it finds", "[cli][bound]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  const Json free = json_of(tiny({"--save-mapping", "best.yaml"}));
  const Json pinned = json_of(tiny({"--pin", "*=dram"}));
  // With everything in dram there is one mapping, and the bound is close to what it takes.
  CHECK(pinned["best_known_ps"].get<std::int64_t>() > free["best_known_ps"].get<std::int64_t>());
  CHECK(pinned["bound_ps"].get<std::int64_t>() > free["bound_ps"].get<std::int64_t>());
  const Json again = json_of({"simulate", "tiny.yaml", "--chip", "toy", "--mapping", "best.yaml"});
  CHECK(again["latency_ps"] == free["best_known_ps"]);
}

TEST_CASE("bound takes the directory of a run", "[cli][bound]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  REQUIRE(
      run_cli({"optimize", "tiny.yaml", "--chip", "toy", "--budget", "20", "--out", "run"}).code ==
      0);
  const Json json = json_of(tiny({"--mapping", "run"}));
  CHECK(json["mapping"]["name"] == "run");
  CHECK(json["mapping"]["latency_ps"] == json["best_known_ps"]);
}

TEST_CASE("bound stops in time, for several streams too", "[cli][bound]") {
  const WorkingDirectory directory;
  const Json json = json_of({"bound", "resnet50", "--chip", "nnpi-12ice", "--streams", "2",
                             "--engines-per-stream", "6", "--inferences", "1", "--time", "1ms"});
  CHECK(json["status"] == "time");
  CHECK(json["bound_ps"].get<std::int64_t>() > 0);
  CHECK(json["bound_ps"].get<std::int64_t>() <= json["best_known_ps"].get<std::int64_t>());
}

TEST_CASE("mistakes of bound", "[cli][bound]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  CHECK(message_of(tiny({"--mapping", "."})) ==
        "bound: --mapping .: holds no run with a mapping\n");
  CHECK(message_of(tiny({"--time", "soon"})).find("--time: got \"soon\"") != std::string::npos);
  CHECK(message_of(tiny({"--pin", "nothing=dram"})).find("nothing") != std::string::npos);
  CHECK(message_of(tiny({"--budget", "7"})).find("--budget") != std::string::npos);
  CHECK(message_of(tiny({"--output", "tiny.yaml"})).find("would overwrite") != std::string::npos);
}

}  // namespace memplace
