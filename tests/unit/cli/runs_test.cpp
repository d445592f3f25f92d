// SPDX-License-Identifier: Apache-2.0
// Runs of `memplace optimize` that are kept, continued and limited.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

std::map<std::string, std::string> files_in(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files[entry.path().filename().string()] = read_file(entry.path().string());
  }
  return files;
}

// A run cut off in the middle of its history, as by a crash.
void cut(const std::string& directory) {
  std::filesystem::remove(directory + "/result.json");
  std::string history = read_file(directory + "/history.jsonl");
  WorkingDirectory::write(directory + "/history.jsonl", history.substr(0, history.size() / 2));
}

const std::vector<std::string> kEverything{"--budget",         "60",
                                           "--seed",           "7",
                                           "--noise",          "5%",
                                           "--objective",      "edp",
                                           "--patience",       "50",
                                           "--target-latency", "1ns",
                                           "--init",           "heuristic:native",
                                           "--forbid",         "*.weights=sram"};

}  // namespace

TEST_CASE("a run that is continued says what it says when it is not", "[cli]") {
  const WorkingDirectory directory;
  for (const std::vector<std::string>& workload :
       {std::vector<std::string>{"mobilenet-v2", "--set", "memories.sram.capacity=2MiB",
                                 "--streams", "2", "--dtype", "fp16"},
        std::vector<std::string>{"tiny.yaml", "--chip", "toy"}}) {
    WorkingDirectory::write("tiny.yaml", kTinyGraph);
    const std::vector<std::string> args =
        with(with({"optimize", "--format", "json", "--out", "run"}, workload), kEverything);
    const Outcome whole = run_cli(args);
    INFO(whole.err);
    REQUIRE(whole.code == 0);
    const auto files = files_in("run");
    CHECK(files.contains("workload.yaml") == (workload.front() == "tiny.yaml"));
    // Over: the same again, and nothing is written.
    const std::vector<std::string> resume{"optimize", "--resume", "run", "--format", "json"};
    CHECK(run_cli(resume).out == whole.out);
    cut("run");
    // The network is not read from its file again.
    std::filesystem::remove("tiny.yaml");
    const Outcome resumed = run_cli(with(resume, {"--threads", "2"}));
    CHECK(resumed.code == 0);
    CHECK(resumed.out == whole.out);
    CHECK(files_in("run") == files);
    std::filesystem::remove_all("run");
  }
}

TEST_CASE("a snapshot that is of no use is named and changes nothing", "[cli]") {
  const WorkingDirectory directory;
  const Outcome whole =
      run_cli({"optimize", "mobilenet-v2", "--strategy", "random", "--budget", "300", "--format",
               "json", "--out", "run", "--snapshot-every", "0"});
  REQUIRE(whole.code == 0);
  const auto files = files_in("run");
  CHECK_FALSE(files.contains("snapshot.bin"));
  cut("run");
  WorkingDirectory::write("run/snapshot.bin", "memplace");
  const Outcome resumed =
      run_cli({"optimize", "--resume", "run", "--format", "json", "--snapshot-every", "3600"});
  CHECK(resumed.code == 0);
  CHECK(resumed.out == whole.out);
  CHECK(resumed.err.find("optimize: snapshot ignored: run/snapshot.bin: is no snapshot\n") !=
        std::string::npos);
  CHECK(files_in("run") == files);
}

TEST_CASE("what a search was told is in its report", "[cli]") {
  const Outcome outcome =
      run_cli(with({"optimize", "mobilenet-v2", "--format", "json"}, kEverything));
  REQUIRE(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  CHECK(report["objective"] == "edp");
  CHECK(report["cost_unit"] == "pJ*s");
  CHECK(report["noise"] == 0.05);
  CHECK(report["config"]["noise"] == 0.05);
  CHECK(report["config"]["init"] == "heuristic:native");
  CHECK(report["config"]["forbid"] == Json::array({"*.weights=sram"}));
  CHECK(report["config"]["pin"] == Json::array());
  CHECK(report["config"]["target_latency_ps"] == 1000);
  CHECK(report["config"]["time_ps"].is_null());
  const double best = report["best"]["cost"];
  CHECK(report["speedup"] == report["baseline"]["cost"].get<double>() / best);
  CHECK(report["best"]["measured_cost"] != best);
  CHECK((report["stopped"] == "budget" || report["stopped"] == "patience"));
  CHECK(report["again"].get<std::string>().find(
            " --objective edp --budget 60 --target-latency '1 ns' --patience 50 --noise 0.05 "
            "--init heuristic:native --forbid '*.weights=sram' --seed 7") != std::string::npos);

  const std::string text = run_cli(with({"optimize", "mobilenet-v2"}, kEverything)).out;
  CHECK(text.find("\n  objective edp\n") != std::string::npos);
  CHECK(text.find("\n  noise     5% of each measurement\n") != std::string::npos);
  CHECK(text.find("\n  target    1 ns\n") != std::string::npos);
  CHECK(text.find("\nbest edp        ") != std::string::npos);
  CHECK(text.find("\nmeasured        ") != std::string::npos);
}

TEST_CASE("a target ends a search", "[cli]") {
  const Json report =
      Json::parse(run_cli({"optimize", "mobilenet-v2", "--target-latency", "1s", "--strategy",
                           "annealing", "--option", "start=native", "--format", "json"})
                      .out);
  CHECK(report["stopped"] == "target");
  CHECK(report["evaluations"] == 1);
}

// Whatever the machine: the time ends it. The strategy plans for what it was found to allow.
TEST_CASE("time alone is used to its end", "[cli]") {
  const WorkingDirectory directory;
  const Outcome outcome =
      run_cli({"optimize", "mobilenet-v2", "--time", "0.2s", "--format", "json", "--out", "run"});
  REQUIRE(outcome.code == 0);
  const Json report = Json::parse(outcome.out);
  CHECK(report["stopped"] == "time");
  CHECK(report["config"]["time_ps"] == 200'000'000'000);
  CHECK(report["config"]["budget"] == 1'000'000'000);
  CHECK(report["config"]["horizon"].get<int>() > 0);
  CHECK(report["again"].get<std::string>().find(" --budget") == std::string::npos);
  CHECK(std::filesystem::exists("run/elapsed.json"));
  CHECK(run_cli({"optimize", "--resume", "run", "--format", "json"}).out == outcome.out);
  // A tenth of a second more.
  const Json more = Json::parse(
      run_cli({"optimize", "--resume", "run", "--time", "0.3s", "--format", "json"}).out);
  CHECK(more["stopped"] == "time");
  CHECK(more["config"]["time_ps"] == 300'000'000'000);
  CHECK(more["config"]["horizon"] == report["config"]["horizon"]);
  CHECK(more["evaluations"] >= report["evaluations"]);
  // With a budget it is only a limit.
  const Json both = Json::parse(
      run_cli({"optimize", "mobilenet-v2", "--time", "1h", "--budget", "10", "--format", "json"})
          .out);
  CHECK(both["config"]["budget"] == 10);
  CHECK(both["config"]["time_ps"] == 3'600'000'000'000'000);
  CHECK(both["stopped"] == "budget");
}

TEST_CASE("a run that is over is given a larger budget", "[cli]") {
  const WorkingDirectory directory;
  const auto evaluations = [](const std::vector<std::string>& more) {
    const Outcome outcome = run_cli(with({"optimize", "--format", "json"}, more));
    REQUIRE(outcome.code == 0);
    return Json::parse(outcome.out)["evaluations"];
  };
  CHECK(evaluations({"mobilenet-v2", "--budget", "20", "--out", "run"}) == 20);
  CHECK(evaluations({"--resume", "run", "--budget", "30"}) == 30);
  CHECK(evaluations({"--resume", "run"}) == 30);
  CHECK(run_cli({"optimize", "--resume", "run", "--budget", "20"}).err ==
        "optimize: got a budget of 20, where the run has one of 30\n");
  CHECK(run_cli({"optimize", "--resume", "run", "--time", "1h"}).err ==
        "optimize: the run has no limit of time\n");
  // What it found is there to be simulated and compared.
  const Json simulated = Json::parse(run_cli({"simulate", "run", "--format", "json"}).out);
  CHECK(simulated["config"]["mapping"] == "run/best.mapping.yaml");
  CHECK(simulated["config"]["workload"] == "mobilenet-v2");
  CHECK(run_cli({"simulate", "mobilenet-v2", "--mapping", "run", "--format", "csv"}).out ==
        run_cli({"simulate", "run", "--format", "csv"}).out);
  const Outcome compared = run_cli({"compare", "run", "heuristic:native", "--format", "json"});
  REQUIRE(compared.code == 0);
  CHECK(Json::parse(compared.out)["config"]["b"]["workload"] == "mobilenet-v2");
  CHECK(run_cli({"simulate", "mobilenet-v2", "--mapping", "."}).err ==
        "simulate: --mapping .: holds no run with a mapping\n");
}

TEST_CASE("the best mapping is written as YAML or JSON", "[cli]") {
  const WorkingDirectory directory;
  for (const std::string file : {"best.yaml", "best.json"}) {
    const Outcome outcome = run_cli(
        {"optimize", "mobilenet-v2", "--budget", "20", "--format", "json", "--save-mapping", file});
    REQUIRE(outcome.code == 0);
    const Json simulated = Json::parse(
        run_cli({"simulate", "mobilenet-v2", "--mapping", file, "--format", "json"}).out);
    CHECK(simulated["latency_ps"] == Json::parse(outcome.out)["best"]["latency_ps"]);
  }
  CHECK(Json::parse(WorkingDirectory::read("best.json"))["tensors"].is_object());
  CHECK(run_cli({"simulate", "mobilenet-v2", "--save-mapping", "-"}).err ==
        "simulate: --save-mapping and the result would both go to standard output; give the result "
        "a file with --output\n");
}

TEST_CASE("what cannot be written, or would be lost, is known before the search", "[cli]") {
  const WorkingDirectory directory;
  const auto message = [](const std::vector<std::string>& more) {
    const Outcome outcome =
        run_cli(with({"optimize", "mobilenet-v2", "--budget", "1000000"}, more));
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  CHECK(message({"--output", "none/x"}) == "none/x: cannot write: No such file or directory\n");
  CHECK(message({"--save-mapping", "none/x.yaml"}) ==
        "none/x.yaml: cannot write: No such file or directory\n");
  CHECK(message({"--save-mapping", "x.yaml", "--output", "./x.yaml"}) ==
        "optimize: --output and --save-mapping both name \"x.yaml\"\n");
  CHECK(message({"--save-mapping", "x.txt"}) ==
        "optimize: --save-mapping: got \"x.txt\", expected a file ending in .yaml or .json\n");
  CHECK(run_cli({"export", "mobilenet-v2", "--mapping", "all:dram", "--csv", "-", "--hints", "-"})
            .err == "export: --csv and --hints both name \"-\"\n");
  CHECK(run_cli({"simulate", "-", "--mapping", "-"}).err ==
        "simulate: WORKLOAD and --mapping both read standard input\n");
  CHECK(directory.names().empty());
}

TEST_CASE("a name that is built in is no run", "[cli]") {
  const WorkingDirectory directory;
  REQUIRE(run_cli({"optimize", "mobilenet-v2", "--budget", "20", "--out", "mobilenet-v2"}).code ==
          0);
  const auto mapping = [](const std::string& what) {
    return Json::parse(run_cli({"simulate", what, "--format", "json"}).out)["config"]["mapping"];
  };
  CHECK(mapping("mobilenet-v2") == "heuristic:native");
  CHECK(mapping("./mobilenet-v2") == "./mobilenet-v2/best.mapping.yaml");
}

TEST_CASE("where nothing fits a search ends with 1 and keeps nothing", "[cli]") {
  const WorkingDirectory directory;
  // Of the chip, and of what the constraints leave of it.
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--set", "memories.dram.capacity=64KiB"},
        std::vector<std::string>{"--set", "memories.sram.capacity=64KiB", "--pin",
                                 "*.weights=sram"}}) {
    const Outcome outcome = run_cli(with({"optimize", "resnet50", "--out", "run"}, options));
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.rfind("optimize: ", 0) == 0);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(directory.names().empty());
  }
}

TEST_CASE("SystemC has one thread, which is said where more are asked for", "[cli]") {
  const std::vector<std::string> args{"optimize", "mobilenet-v2", "--strategy", "native",
                                      "--model",  "systemc",      "--threads"};
  CHECK(run_cli(with(args, {"2"}))
            .err.rfind("optimize: --threads: the SystemC model runs on one thread\n", 0) == 0);
}

TEST_CASE("one thread for SystemC needs no word", "[cli]") {
  CHECK(run_cli({"optimize", "mobilenet-v2", "--strategy", "native", "--model", "systemc",
                 "--threads", "1"})
            .err.find("--threads") == std::string::npos);
}

// As a terminal sends it: in a search that would take long, noticed before the first batch.
TEST_CASE("an interrupted run is saved and says how to go on", "[cli]") {
  const WorkingDirectory directory;
  const std::vector<std::string> args{"optimize", "mobilenet-v2", "--budget",
                                      "50",       "--format",     "json"};
  const Outcome whole = run_cli(with(args, {"--out", "whole"}));
  REQUIRE(run_cli(with(args, {"--out", "a run"})).code == 0);
  cut("a run");
  // A signal that comes while the network is read ends the program; from the first line of progress
  // on it is noticed. An observer of the stream sends it there.
  class Interrupting : public std::stringbuf {
   public:
    int sync() override {
      if (!sent_) {
        sent_ = true;
        std::raise(SIGINT);
      }
      return 0;
    }

   private:
    bool sent_ = false;
  };
  Interrupting buffer;
  std::ostream err(&buffer);
  std::ostringstream out;
  const std::vector<std::string> resume{"optimize", "--resume", "a run", "--format", "json"};
  std::istringstream in;
  CHECK(run(resume, out, err, {}, std::nullopt, in) == 130);
  CHECK(buffer.str().find(" of 50 evaluations; all are saved, continue with: memplace optimize "
                          "--resume 'a run'\n") != std::string::npos);
  CHECK(Json::parse(out.str())["stopped"] == "stopped");
  CHECK_FALSE(std::filesystem::exists("a run/result.json"));
  CHECK(run_cli(resume).out == whole.out);
  CHECK(files_in("a run") == files_in("whole"));
}

TEST_CASE("the result is not written over a file of the run", "[cli]") {
  const WorkingDirectory directory;
  CHECK(run_cli({"optimize", "mobilenet-v2", "--budget", "5", "--out", "run", "--output",
                 "./run/history.jsonl"})
            .err ==
        "optimize: --output \"./run/history.jsonl\" would overwrite a file of the run\n");
  CHECK(directory.names().empty());
}

TEST_CASE("a mapping as rows and as hints", "[cli]") {
  const WorkingDirectory directory;
  WorkingDirectory::write("tiny.yaml", kTinyGraph);
  WorkingDirectory::write("mapping.yaml", kTinyMapping);
  const std::vector<std::string> args{"export", "tiny.yaml", "--chip",
                                      "toy",    "--mapping", "mapping.yaml"};
  const Outcome outcome = run_cli(with(args, {"--csv", "out.csv", "--hints", "hints.csv"}));
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "out.csv: written\nhints.csv: written\n");
  CHECK(WorkingDirectory::read("out.csv") ==
        "tensor,kind,bytes,memory\n"
        "x,input,4,dram\n"
        "a.weights,weights,8,llc\n"
        "a.out,activation,2,sram\n"
        "b.out,activation,2,dram\n");
  // a.out is written and read, 4 B of 2: 5 / 3. The weights are read once, 8 B of 8: 9 / 9.
  CHECK(WorkingDirectory::read("hints.csv") ==
        "tensor,hint,priority\n"
        "a.out,SRAM,1.6666666666666667\n"
        "a.weights,LLC,1.0\n");
}

TEST_CASE("best.mapping.yaml of a run is a mapping to export", "[cli]") {
  const WorkingDirectory directory;
  REQUIRE(run_cli({"optimize", "mobilenet-v2", "--budget", "30", "--out", "run"}).code == 0);
  REQUIRE(run_cli({"export", "mobilenet-v2", "--mapping", "run/best.mapping.yaml", "--hints",
                   "hints.csv"})
              .code == 0);
  const Json report = Json::parse(run_cli({"describe", "mobilenet-v2", "--format", "json"}).out);
  const std::string hints = WorkingDirectory::read("hints.csv");
  CHECK(std::count(hints.begin(), hints.end(), '\n') ==
        1 + report["totals"]["decisions"].get<int>());
}

}  // namespace memplace
