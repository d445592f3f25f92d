// SPDX-License-Identifier: Apache-2.0
// Names that would act on a terminal, a reader or a spreadsheet: shown as escapes, and still the
// same names to memplace.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "report/page/page_html.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

// U+202E turns the direction of text, U+009B begins a terminal's control sequence.
const std::string kTurned = "a\u202eb";
const std::string kClears = "\u009b2J";

const std::string kGraph = "graph: \"net" + kTurned + "\"\n" + R"(inputs:
  - {name: x, shape: [4]}
ops:
  - name: )" + kTurned + R"(
    kind: relu
    work: {vector: {kind: elementwise, elements: 4}}
    inputs: [x]
    weights: {name: "=1+1", bytes: 4 B, parameters: 4}
    outputs: [{name: ")" + kClears +
                           R"(", shape: [4]}]
  - name: "@op,2"
    kind: relu
    work: {vector: {kind: elementwise, elements: 4}}
    inputs: [")" + kClears +
                           R"("]
    outputs: [{name: last, shape: [4]}]
)";

void check_harmless(const std::string& text) {
  INFO(text);
  CHECK(text.find("\u202e") == std::string::npos);
  CHECK(text.find("\u009b") == std::string::npos);
}

// What a successful command wrote to standard output.
std::string output_of(const std::vector<std::string>& args) {
  const Outcome outcome = run_cli(args);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  check_harmless(outcome.out);
  check_harmless(outcome.err);
  return outcome.out;
}

TEST_CASE("names that act are shown as escapes everywhere", "[cli]") {
  const WorkingDirectory here;
  here.write("net.yaml", kGraph);
  const std::string text = output_of({"simulate", "net.yaml", "--timeline"});
  CHECK(text.find("a\\u202eb") != std::string::npos);
  output_of({"describe", "net.yaml"});
  output_of({"simulate", "net.yaml", "--trace", "t.json", "--vcd", "t.vcd", "--save-mapping",
             "m.yaml", "--addresses", "a.csv"});
  output_of({"export", "net.yaml", "--mapping", "m.yaml", "--csv", "p.csv", "--hints", "h.csv"});
  output_of({"optimize", "net.yaml", "--budget", "5", "--threads", "1", "--out", "run"});
  for (const char* const file : {"t.json", "t.vcd", "m.yaml", "a.csv", "p.csv", "h.csv",
                                 "run/run.yaml", "run/history.jsonl", "run/best.mapping.yaml"}) {
    CAPTURE(file);
    check_harmless(here.read(file));
  }
  if (can_make_pages()) {
    output_of({"report", "run", "-o", "page.html"});
    check_harmless(here.read("page.html"));
    CHECK(here.read("page.html").find("a\\\\u202eb") !=
          std::string::npos);  // as JSON has a backslash
  }
}

TEST_CASE("names that act stay the same names", "[cli]") {
  const WorkingDirectory here;
  here.write("net.yaml", kGraph);
  const Json json = Json::parse(output_of({"simulate", "net.yaml", "--format", "json"}));
  CHECK(json["ops"][0]["name"] == kTurned);
  CHECK(json["ops"][0]["weights"] == "=1+1");
  CHECK(json["ops"][0]["outputs"][0] == kClears);
  // A mapping file, a result and a run's directory are read back.
  output_of(
      {"simulate", "net.yaml", "--save-mapping", "m.yaml", "--format", "json", "-o", "r.json"});
  output_of({"simulate", "net.yaml", "--mapping", "m.yaml"});
  output_of({"compare", "r.json", "r.json"});
  output_of({"optimize", "net.yaml", "--budget", "5", "--threads", "1", "--out", "run"});
  output_of({"optimize", "--resume", "run"});
}

TEST_CASE("no cell of a CSV is a formula", "[cli]") {
  const WorkingDirectory here;
  here.write("net.yaml", kGraph);
  const std::string ops = output_of({"simulate", "net.yaml", "--format", "csv"});
  CHECK(ops.find("\na\\u202eb,") != std::string::npos);
  CHECK(ops.find("\n\"'@op,2\",") != std::string::npos);
  const std::string tensors =
      output_of({"simulate", "net.yaml", "--format", "csv", "--table", "tensors"});
  CHECK(tensors.find("\n'=1+1,weights,") != std::string::npos);
  output_of({"export", "net.yaml", "--mapping", "all:dram", "--hints", "h.csv"});
  CHECK(here.read("h.csv").find("\n'=1+1,DRAM,") != std::string::npos);
}

// The ids of a problem as memplace, or a spreadsheet, wrote them.
TEST_CASE("allocate takes marks away and puts them back", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", "id,lower,upper,size\n'=1+1,0,3,4\n\"a,b\",0,3,4\n@x,0,3,4\n-5,0,3,4\n");
  const Json json = Json::parse(
      output_of({"allocate", "in.csv", "--capacity", "16", "--format", "json", "-o", "out.csv"}));
  CHECK(json["allocation"][0]["id"] == "=1+1");
  CHECK(json["allocation"][1]["id"] == "a,b");
  CHECK(json["allocation"][2]["id"] == "@x");
  CHECK(json["allocation"][3]["id"] == "-5");
  const std::string written = here.read("out.csv");
  CHECK(written.find("\n'=1+1,0,3,4,") != std::string::npos);
  CHECK(written.find("\n\"a,b\",0,3,4,") != std::string::npos);
  CHECK(written.find("\n'@x,0,3,4,") != std::string::npos);
  CHECK(written.find("\n-5,0,3,4,") != std::string::npos);
}

TEST_CASE("file names that act are shown as escapes", "[cli]") {
  const WorkingDirectory here;
  const Outcome missing = run_cli({"simulate", "x\x1b[2J" + kTurned + "\xff.yaml"});
  CHECK(missing.code == 2);
  CHECK(missing.err == "x\\x1b[2Ja\\u202eb\\xff.yaml: cannot read: No such file or directory\n");
  // The command to run it again is one that shells read.
  const std::string name = "n" + kTurned + "'.yaml";
  here.write(name, kGraph);
  const std::string text = output_of({"simulate", name});
  CHECK(text.find("again     memplace simulate $'na\\xe2\\x80\\xaeb\\'.yaml'") !=
        std::string::npos);
}

}  // namespace
}  // namespace memplace
