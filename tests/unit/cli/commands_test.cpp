// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/strategy.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

void check_lines_fit(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
}

// Refuses every character, as a full disk does.
class FullBuffer : public std::streambuf {};

}  // namespace

TEST_CASE("help and version go to stdout and fit 80 columns", "[cli]") {
  CHECK(run_cli({"--version"}).out == "memplace " MEMPLACE_VERSION "\n");
  CHECK(run_cli({"-V"}).out == "memplace " MEMPLACE_VERSION "\n");
  const Outcome outcome = run_cli({"--help"});
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"help"}}) {
    const Outcome same = run_cli(words);
    CHECK(same.code == 0);
    CHECK(same.out == outcome.out);
  }
  CHECK(run_cli({"help", "simulate"}).out == run_cli({"simulate", "--help"}).out);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  check_lines_fit(outcome.out);
  for (const char* const command :
       {"simulate", "optimize", "experiment", "sweep", "train", "report", "compare", "describe",
        "import", "export", "allocate", "list", "bench", "completion"}) {
    CHECK(outcome.out.find(std::string("\n  ") + command + ' ') != std::string::npos);
    const Outcome help = run_cli({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.out.find(std::string("\nUsage: memplace ") + command + ' ') != std::string::npos);
    check_lines_fit(help.out);
  }
}

TEST_CASE("describe counts what published networks have", "[cli]") {
  const Json report = Json::parse(run_cli({"describe", "resnet50", "--format", "json"}).out);
  CHECK(report["ops"].size() == 57);
  std::int64_t macs = 0;
  for (const Json& op : report["ops"]) {
    macs += op["macs"].get<std::int64_t>();
  }
  CHECK(report["totals"]["macs"] == macs);
  CHECK(report["totals"]["macs"].get<double>() == Approx(4.1e9).epsilon(0.01));
  CHECK(report["totals"]["parameters"].get<double>() == Approx(25.5e6).epsilon(0.01));
  CHECK(report["totals"].contains("weight_bytes"));
  CHECK(report["totals"].contains("activation_bytes"));
}

TEST_CASE("describe tells a network's file from a chip's", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  CHECK(run_cli({"describe", "tiny.yaml"}).out ==
        "memplace " MEMPLACE_VERSION
        " describe\n"
        "  workload  tiny (types of its own): 2 ops, 8 MAC, 8 parameters, 8 B weights\n"
        "  again     memplace describe tiny.yaml\n"
        "\n"
        "ops             2\n"
        "tensors         4, 2 of them decided on by a mapping\n"
        "MACs            8\n"
        "parameters      8\n"
        "weights         8 B\n"
        "activations     4 B\n"
        "\n"
        "Ops\n"
        "  op  kind    work         output  MACs  weights   in  out\n"
        "  a   matmul  grid         2          8      8 B  4 B  2 B\n"
        "  b   relu    elementwise  2          0      0 B  2 B  2 B\n");
  const Json chip = Json::parse(
      run_cli({"describe", "toy", "--set", "memories.sram.capacity=16B", "--format", "json"}).out);
  CHECK(chip["chip"] == "toy");
  CHECK(chip["memories"][2]["capacity_bytes"] == 16);
}

TEST_CASE("describe shows a chip's mover", "[cli]") {
  CHECK(run_cli({"describe", "nnpi"})
            .out.find("\nmover           pieces of 64 KiB, 2 in flight, overhead 0 ps each, behind "
                      "demand\n") != std::string::npos);
  const std::vector<std::string> other{"describe",           "toy",   "--set",
                                       "mover.service=fcfs", "--set", "mover.overhead=5ns"};
  CHECK(run_cli(other).out.find("\nmover           pieces of 4 B, 2 in flight, overhead 5 ns each, "
                                "first come first served\n") != std::string::npos);
  CHECK(Json::parse(run_cli(with(other, {"--format", "json"})).out)["mover"] ==
        Json{{"piece_bytes", 4}, {"in_flight", 2}, {"overhead_ps", 5000}, {"service", "fcfs"}});
}

TEST_CASE("list shows every table in every format", "[cli]") {
  for (const char* const kind : {"workloads", "chips", "heuristics", "strategies"}) {
    const Json report = Json::parse(run_cli({"list", kind, "--format", "json"}).out);
    CHECK(report[kind].size() >= 3);
    const std::string text = run_cli({"list", kind}).out;
    const std::string csv = run_cli({"list", kind, "--format", "csv"}).out;
    for (const Json& row : report[kind]) {
      const auto name = row["name"].get<std::string>();
      CHECK(text.find("\n" + name) != std::string::npos);
      CHECK(csv.find("\n" + name + ",") != std::string::npos);
    }
  }
}

TEST_CASE("list strategies fits a terminal, and shows the options of one", "[cli]") {
  check_lines_fit(run_cli({"list", "strategies"}).out);
  for (const StrategyInfo& info : strategies()) {
    const Outcome outcome = run_cli({"list", "strategies", info.name});
    CHECK(outcome.code == 0);
    check_lines_fit(outcome.out);
    CHECK(outcome.out.starts_with(info.name + ": " + info.summary.substr(0, 30)));
    for (const OptionInfo& option : info.options) {
      CHECK(outcome.out.find('\n' + option.name + ' ') != std::string::npos);
    }
  }
  CHECK(run_cli({"list", "strategies", "random"}).out ==
        "random: mappings drawn at random, one independent of the other\n"
        "\n"
        "option  default  meaning\n"
        "shares  equal    how likely each memory is: equally, or with probabilities drawn\n"
        "                 anew for each mapping (equal or drawn)\n");
  CHECK(run_cli({"list", "strategies", "native"}).out.ends_with("\nIt has no options.\n"));
  const Json json = Json::parse(run_cli({"list", "strategies", "beam", "--format", "json"}).out);
  CHECK(json["strategies"].size() == 1);
  CHECK(json["strategies"][0]["name"] == "beam");
  CHECK(json["options"][1]["name"] == "order");
  CHECK(json["options"][1]["default"] == "bytes");
  CHECK(json["options"][1]["allowed"] == "schedule or bytes");
}

TEST_CASE("a result that cannot be written is the user's to know", "[cli]") {
  FullBuffer full;
  std::ostream out(&full);
  std::ostringstream err;
  const std::vector<std::string> args{"list", "chips"};
  std::istringstream in;
  CHECK(run(args, out, err, {}, std::nullopt, in) == 2);
  CHECK(err.str() == "standard output: cannot write all of the result\n");
}

}  // namespace memplace
