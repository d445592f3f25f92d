// SPDX-License-Identifier: Apache-2.0
// ONNX files as arguments of every command that takes a network.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "base/json.h"
#include "tests/support/onnx_builder.h"
#include "tests/unit/cli/cli_checks.h"

namespace memplace {
namespace {

using Words = std::vector<std::string>;

// x [batch, 4] times [4, 2], then an activation, or an operator that nobody knows.
void write_model(const std::string& path, bool unknown = false) {
  test::OnnxGraph graph;
  graph.input("x", test::OnnxDims{"batch", 4});
  graph.weights("w", {4, 2});
  graph.node("MatMul", {"x", "w"}, {"h"}, {}, "product");
  if (unknown) {
    graph.node("Mystery", {"h"}, {"y"}, {}, "riddle", "example.org");
  } else {
    graph.node("Softmax", {"h"}, {"y"}, {}, "scores");
  }
  graph.output("y", test::OnnxDims{"batch", 2});
  test::OnnxModel model(graph);
  if (unknown) {
    model.import("example.org", 1);
  }
  WorkingDirectory::write(path, model.bytes());
}

// What it says on standard error is what was taken for granted, if anything.
Outcome fine(const Words& args, const std::string& warning = "") {
  Outcome outcome = run_cli(args);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err == (warning.empty() ? "" : args.front() + ": warning: " + warning + "\n"));
  return outcome;
}

constexpr const char* kMystery =
    "operator Mystery of domain \"example.org\" is not known, costed as elementwise";

}  // namespace

// 3 rows of 4 inputs and 2 outputs: 24 multiply-accumulates; at a byte each 8 B of weights.
TEST_CASE("describe shows what an ONNX file is imported as", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx");
  const Json report = json_of({"describe", "model.onnx", "--dim", "batch=3"});
  CHECK(report["totals"]["macs"] == 24);
  CHECK(report["totals"]["weight_bytes"] == 8);
  CHECK(report["ops"].size() == 2);
  CHECK(report["ops"][1]["work"] == "softmax");
  CHECK(report["ops"][1]["vector_elements"] == 6);
  CHECK(report["config"] ==
        Json::parse(R"({"workload": "model.onnx", "dtype": "int8", "dim": ["batch=3"],)"
                    R"( "allow_unknown": false})"));
  CHECK(report["again"] == "memplace describe model.onnx --dim batch=3");
  // A folder in the name makes no chip file of it.
  CHECK(json_of({"describe", "./model.onnx", "--dim", "batch=3"})["ops"] == report["ops"]);
  CHECK(message_of({"describe", "nnpi", "--dim", "batch=3"}) ==
        "describe: --dim is for networks, and nnpi is a chip\n");
  CHECK(message_of({"describe", "nnpi", "--allow-unknown"}) ==
        "describe: --allow-unknown is for networks, and nnpi is a chip\n");
  CHECK(message_of({"describe", "model.onnx", "--dim", "batch=0"}) ==
        "model.onnx: output \"y\" is [0, 2]: nothing is left of it with --dim batch=0\n");
  CHECK(message_of({"describe", "model.onnx", "--dim", "batch=3", "--dim", "x.1=5"}) ==
        "model.onnx: dimension x.1 is given a size, and axis 1 of input \"x\" is 4 in the file\n");
  CHECK(message_of({"describe", "resnet50", "--dim", "batch=3"}) ==
        "describe: --dim is for .onnx files, and resnet50 is none\n");
}

TEST_CASE("unknown operators are allowed where asked", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx", true);
  const Words words{"describe", "model.onnx", "--dim", "batch=3"};
  CHECK(message_of(words).starts_with("model.onnx: "));
  CHECK(message_of(words).find("Mystery") != std::string::npos);
  Words allowed = words;
  allowed.emplace_back("--allow-unknown");
  const Json report = json_of(allowed);
  CHECK(report["ops"][1]["work"] == "elementwise");
  CHECK(report["ops"][1]["vector_elements"] == 6);
  CHECK(report["config"]["allow_unknown"] == true);
  CHECK(report["warnings"] == Json::array({kMystery}));
  CHECK(report["again"].get<std::string>().ends_with(" --dim batch=3 --allow-unknown"));
}

TEST_CASE("a search of an ONNX file says how to repeat it", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx");
  CHECK(run_cli({"optimize", "model.onnx", "--dim", "batch=3", "--chip", "toy", "--strategy",
                 "random", "--budget", "5", "--out", "run"})
            .code == 0);
  CHECK(WorkingDirectory::read("run/run.yaml").find("dim: [\"batch=3\"]\n") != std::string::npos);
}

// What was imported is kept as a graph, and its tensors stay numbered as they were.
TEST_CASE("a search of an ONNX file is continued without it", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx");
  const Outcome whole =
      run_cli({"optimize", "model.onnx", "--dim", "batch=3", "--chip", "toy", "--strategy",
               "random", "--budget", "50", "--out", "run", "--format", "json"});
  REQUIRE(whole.code == 0);
  const std::string history = WorkingDirectory::read("run/history.jsonl");
  WorkingDirectory::write("run/history.jsonl", history.substr(0, history.size() / 2));
  std::filesystem::remove("run/result.json");
  std::filesystem::remove("model.onnx");
  const Outcome resumed = run_cli({"optimize", "--resume", "run", "--format", "json"});
  CHECK(resumed.code == 0);
  CHECK(resumed.out == whole.out);
  CHECK(WorkingDirectory::read("run/history.jsonl") == history);
}

// Whoever compiles the file looks for its names, not ours.
TEST_CASE("results of an ONNX file name what the file has", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx");
  const Words model{"model.onnx", "--dim", "batch=3"};
  const auto with_model = [&](Words words, const Words& more) {
    words.insert(words.end(), model.begin(), model.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  REQUIRE(
      run_cli(with_model({"optimize"}, {"--strategy", "random", "--budget", "5", "--out", "run"}))
          .code == 0);
  const std::string mapping = WorkingDirectory::read("run/best.mapping.yaml");
  CHECK(mapping.find("  # w\n") != std::string::npos);

  fine(with_model({"export"},
                  {"--mapping", "run/best.mapping.yaml", "--csv", "p.csv", "--hints", "h.csv"}));
  CHECK(WorkingDirectory::read("p.csv").starts_with("tensor,kind,bytes,memory,origin,within\n"));
  CHECK(WorkingDirectory::read("h.csv").starts_with("tensor,hint,priority,origin,within\n"));
  const std::string rows = WorkingDirectory::read("p.csv");
  for (const char* const row : {"x,input,12,dram,x,\n", ",w,\n", ",h,\n", ",y,\n"}) {
    CHECK(rows.find(row) != std::string::npos);
  }

  const Json simulated = json_of(with_model({"simulate"}, {"--mapping", "run/best.mapping.yaml"}));
  const Json described = json_of(with_model({"describe"}, {}));
  for (const Json* ops : {&simulated["ops"], &described["ops"]}) {
    CHECK((*ops)[0]["origin"] == Json::array({"product"}));
    CHECK((*ops)[1]["origin"] == Json::array({"scores"}));
  }
  CHECK(simulated["tensors"][0]["origin"] == Json::array({"x"}));
  CHECK_FALSE(json_of({"describe", "resnet50"})["ops"][0].contains("origin"));

  // The names survive a graph file.
  fine(with_model({"import"}, {"--output", "net.yaml"}));
  CHECK(json_of({"describe", "net.yaml"})["ops"] == described["ops"]);
}

TEST_CASE("compare simulates ONNX files with the options of simulate", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx", true);
  const Words model{"model.onnx", "--dim", "batch=3", "--allow-unknown"};
  Words simulate{"simulate", "--chip", "toy", "--mapping", "all:dram", "--output", "a.json"};
  simulate.insert(simulate.end(), model.begin(), model.end());
  simulate.insert(simulate.end(), {"--format", "json"});
  fine(simulate, kMystery);
  const Json simulated = Json::parse(WorkingDirectory::read("a.json"));

  Words words{"compare", "all:dram", "all:llc", "--chip", "toy", "--workload"};
  words.insert(words.end(), model.begin(), model.end());
  const Json runs = json_of(words);
  CHECK(runs["a"]["latency_ps"] == simulated["latency_ps"]);
  CHECK(runs["difference"]["latency_ps"] != 0);
  CHECK(runs["config"]["b"]["dim"] == Json::array({"batch=3"}));
  CHECK(runs["config"]["b"]["allow_unknown"] == true);
  CHECK(runs["again"] ==
        "memplace compare all:dram all:llc --workload model.onnx --chip toy --dim batch=3 "
        "--allow-unknown");
  words.insert(words.end(), {"--output", "text.txt"});
  fine(words, kMystery);
  CHECK(WorkingDirectory::read("text.txt")
            .find("  A         model.onnx (int8 batch=3) on toy, all:dram, ") != std::string::npos);

  // A result hands its settings on, and an option replaces one of them.
  const Json inherited = json_of({"compare", "a.json", "all:llc"});
  CHECK(inherited["difference"] == runs["difference"]);
  const Json longer = json_of({"compare", "a.json", "all:llc", "--dim", "batch=4"});
  CHECK(longer["config"]["b"]["dim"] == Json::array({"batch=4"}));
  CHECK(longer["config"]["b"]["allow_unknown"] == true);

  CHECK(message_of({"compare", "all:dram", "all:llc", "--workload", "model.onnx"})
            .starts_with("model.onnx: "));
  CHECK(message_of({"compare", "a.json", "a.json", "--dim", "batch=3"}) ==
        "compare: --dim is for mappings and chips, and A and B are results or runs\n");
  CHECK(message_of({"compare", "a.json", "a.json", "--allow-unknown"}) ==
        "compare: --allow-unknown is for mappings and chips, and A and B are results or runs\n");
}

// What is exported and imported again is the same network to the picosecond, op by op.
TEST_CASE("an exported network is simulated as the network itself", "[cli][onnx]") {
  const WorkingDirectory directory;
  for (const char* const name : {"resnet50", "bert-base"}) {
    CAPTURE(name);
    fine({"export", name, "--dtype", "fp16", "--onnx", "net.onnx"});
    const auto simulated = [](const std::string& network) {
      Json report = json_of({"simulate", network, "--dtype", "fp16"});
      for (const char* const key : {"config", "again", "workload"}) {
        report.erase(key);
      }
      for (Json& op : report["ops"]) {
        for (const char* const key : {"weights", "inputs", "outputs", "origin"}) {
          op.erase(key);  // names of tensors
        }
      }
      report.erase("tensors");
      report["details"].erase("addresses");
      return report;
    };
    const Json expected = simulated(name);
    const Json found = simulated("net.onnx");
    REQUIRE(expected["latency_ps"].get<std::int64_t>() > 0);
    for (const auto& [key, value] : expected.items()) {
      CAPTURE(key);
      CHECK(found.at(key) == value);
    }
  }
}

TEST_CASE("import writes a graph file that is the same network", "[cli][onnx]") {
  const WorkingDirectory directory;
  write_model("model.onnx");
  const std::string report =
      fine({"import", "model.onnx", "--dim", "batch=3", "--output", "model.yaml"}).out;
  CHECK(report.find("2 nodes became 2 ops\n") != std::string::npos);
  CHECK(report.ends_with("\nmodel.yaml: 2 ops written\n"));
  const Json from_yaml = json_of({"describe", "model.yaml"});
  const Json from_onnx = json_of({"describe", "model.onnx", "--dim", "batch=3"});
  CHECK(from_yaml["totals"] == from_onnx["totals"]);
  CHECK(from_yaml["ops"] == from_onnx["ops"]);
  CHECK(message_of({"import", "model.onnx"}) ==
        "import: --output is missing; see memplace import --help\n");
  CHECK(message_of({"import", "model.yaml", "--output", "m.yaml"}) ==
        "import: got \"model.yaml\", expected a file ending in .onnx\n");
  CHECK(message_of({"import", "model.onnx", "--output", "model.json"}) ==
        "import: --output: got \"model.json\", expected a file ending in .yaml\n");
  CHECK(message_of({"export", "resnet50", "--onnx", "model.pb"}) ==
        "export: --onnx: got \"model.pb\", expected a file ending in .onnx\n");
  CHECK(message_of({"export", "resnet50"}) ==
        "export: nothing to write: give --onnx, --csv or --hints; see memplace export --help\n");
}

TEST_CASE("files that are no ONNX models are refused in a line", "[cli][onnx]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("empty.onnx", "");
  WorkingDirectory::write("picture.onnx", "\x89PNG\r\n\x1a\n");
  std::filesystem::create_directory("folder.onnx");
  REQUIRE(mkfifo("pipe.onnx", 0600) == 0);
  fine({"export", "mobilenet-v2", "--onnx", "net.onnx"});
  for (const char* const command : {"simulate", "describe", "optimize"}) {
    CAPTURE(command);
    CHECK(message_of({command, "empty.onnx"}) ==
          "empty.onnx: it holds no graph: is it an ONNX model?\n");
    CHECK(message_of({command, "picture.onnx"}).starts_with("picture.onnx: byte "));
    CHECK(message_of({command, "folder.onnx"}) == "folder.onnx: expected a regular file\n");
    CHECK(message_of({command, "pipe.onnx"}) == "pipe.onnx: expected a regular file\n");
    CHECK(message_of({command, "none.onnx"}) ==
          "none.onnx: cannot read: No such file or directory\n");
  }
  CHECK(message_of({"export", "resnet50", "--onnx", "none/net.onnx"}) ==
        "none/net.onnx: cannot write: No such file or directory\n");
  CHECK(message_of({"export", "resnet50", "--onnx", "folder.onnx"}) ==
        "folder.onnx: cannot write: Is a directory\n");
  CHECK(message_of({"export", "net.onnx", "--onnx", "./net.onnx"}) ==
        "export: --onnx \"./net.onnx\" would overwrite what is read as WORKLOAD\n");
  CHECK(message_of({"import", "net.onnx", "--output", "none/net.yaml"}) ==
        "none/net.yaml: cannot write: No such file or directory\n");
}

}  // namespace memplace
