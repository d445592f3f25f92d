// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/unit/cli/cli_run.h"

namespace memplace {
namespace {

// Live: b1, b3 and b5; b2, b3 and b5; b4 and b5: at most 12 bytes.
const std::string kBuffers =
    "id,lower,upper,size,note\n"
    "b1,0,3,4,x\n"
    "b2,3,9,4,\n"
    "b3,0,9,4,\n"
    "b4,9,21,4,\n"
    "b5,0,21,4,y z\n";

TEST_CASE("allocate writes the input with offsets", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", kBuffers);
  const Outcome outcome = run_cli({"allocate", "in.csv", "--capacity", "12", "-o", "out.csv"});
  CHECK(outcome.err.empty());
  CHECK(outcome.code == 0);
  // Of equal sizes the longest first: b5 at 0, b4 at 4, b3 at 4, b2 at 8, b1 at 8.
  CHECK(here.read("out.csv") ==
        "id,lower,upper,size,note,offset\n"
        "b1,0,3,4,x,8\n"
        "b2,3,9,4,,8\n"
        "b3,0,9,4,,4\n"
        "b4,9,21,4,,4\n"
        "b5,0,21,4,y z,0\n");
  CHECK(outcome.out ==
        "buffers      5\n"
        "capacity     12\n"
        "peak         12\n"
        "lower bound  12 (the peak is the least)\n"
        "method       heuristic size\n"
        "nodes        0\n");
}

TEST_CASE("allocate draws what it found", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", "id,lower,upper,size\nx,0,3,1\ny,2,5,2\n");
  const Outcome outcome = run_cli({"allocate", "in.csv", "--capacity", "1 KiB", "--picture"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "buffers      2\n"
        "capacity     1024\n"
        "peak         3\n"
        "lower bound  3 (the peak is the least)\n"
        "method       heuristic size\n"
        "nodes        0\n"
        "\n"
        "2 aaa..\n"
        "1 ..bbb\n"
        "0 ..bbb\n"
        "  time 0 to 5\n");
  CHECK(here.names() == std::vector<std::string>{"in.csv"});
}

TEST_CASE("allocate finds the least capacity", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", kBuffers);
  const Outcome outcome = run_cli({"allocate", "in.csv", "--minimize"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "buffers      5\n"
        "peak         12\n"
        "lower bound  12 (the peak is the least)\n"
        "method       heuristic size\n"
        "nodes        0\n");
}

TEST_CASE("allocate answers in JSON", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", "id,lower,upper,size\nx,0,3,1\ny,2,5,2\n");
  const Outcome outcome = run_cli({"allocate", "in.csv", "--capacity", "8", "--format", "json"});
  CHECK(outcome.code == 0);
  // The larger is placed first; both live in [2, 3).
  CHECK(outcome.out == R"({
  "buffers": 2,
  "capacity": 8,
  "peak": 3,
  "lower_bound": 3,
  "method": "heuristic size",
  "nodes": 0,
  "allocation": [
    {
      "id": "x",
      "lower": 0,
      "upper": 3,
      "size": 1,
      "offset": 2
    },
    {
      "id": "y",
      "lower": 2,
      "upper": 5,
      "size": 2,
      "offset": 0
    }
  ]
}
)");
  const Outcome least = run_cli({"allocate", "in.csv", "--minimize", "--format", "json"});
  CHECK(least.out.find("capacity") == std::string::npos);
  CHECK(run_cli({"allocate", "in.csv", "--minimize", "--format", "json", "--picture"}).code == 2);
  CHECK(run_cli({"allocate", "in.csv", "--minimize", "--format", "csv"}).code == 2);
}

TEST_CASE("allocate says why nothing is written", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", kBuffers);
  const Outcome refuted = run_cli({"allocate", "in.csv", "--capacity", "11", "-o", "out.csv"});
  CHECK(refuted.code == 1);
  CHECK(refuted.out.empty());
  CHECK(refuted.err ==
        "in.csv: 5 buffers in 11 bytes: infeasible, proven by lower bound (0 nodes); at least 12 "
        "bytes are needed\n");
  CHECK(here.names() == std::vector<std::string>{"in.csv"});

  // 8 bytes in all, but two of 3 bytes on multiples of 4 leave no 2 bytes together: aaa.bbb.
  here.write("tight.csv", "id,lower,upper,size,alignment\na,0,1,3,4\nb,0,1,3,4\nc,0,1,2,1\n");
  const Outcome searched = run_cli({"allocate", "tight.csv", "--capacity", "8"});
  CHECK(searched.code == 1);
  CHECK(searched.err.find("tight.csv: 3 buffers in 8 bytes: infeasible, proven by search (") == 0);
  CHECK(searched.err.find("at least 9 bytes are needed") != std::string::npos);

  const Outcome stopped =
      run_cli({"allocate", "tight.csv", "--capacity", "8", "--nodes", "0", "-o", "out.csv"});
  CHECK(stopped.code == 1);
  CHECK(
      stopped.err ==
      "tight.csv: 3 buffers in 8 bytes: nothing found within the limits (0 nodes), and not proven "
      "infeasible; the best found needs 9 bytes, the lower bound is 8\n");
}

// a and b live together in [2, 3).
TEST_CASE("allocate checks or finds the offsets of one memory", "[cli]") {
  const WorkingDirectory here;
  const std::string head = "id,memory,lower,upper,size,offset\n";
  here.write("in.csv", head + "a,sram,0,3,4,4\nw,dram,0,9,99,0\nb,sram,2,9,4,0\n");
  const auto allocate = [](const std::string& file, const std::vector<std::string>& more) {
    std::vector<std::string> args{"allocate", file, "--memory", "sram"};
    args.insert(args.end(), more.begin(), more.end());
    return run_cli(args);
  };
  const Outcome good = allocate("in.csv", {"--capacity", "8", "-o", "out.csv"});
  CHECK(good.err.empty());
  CHECK(good.out ==
        "buffers      2\n"
        "capacity     8\n"
        "peak         8\n"
        "lower bound  8 (the peak is the least)\n"
        "method       given\n"
        "nodes        0\n");
  CHECK(here.read("out.csv") == head + "a,sram,0,3,4,4\nb,sram,2,9,4,0\n");

  const Outcome high = allocate("in.csv", {"--capacity", "7"});
  CHECK(high.code == 1);
  CHECK(high.err ==
        "in.csv: \"a\" (bytes 4 to 8, times 0 to 3) ends above the capacity of 7 bytes\n");
  here.write("bad.csv", head + "a,sram,0,3,4,2\nb,sram,2,9,4,0\n");
  const Outcome overlap = allocate("bad.csv", {"--capacity", "8"});
  CHECK(overlap.code == 1);
  CHECK(overlap.err ==
        "bad.csv: \"a\" (bytes 2 to 6, times 0 to 3) and \"b\" (bytes 0 to 4, times 2 to 9) share "
        "bytes while both live\n");
  // Half-open: where b begins at 3 they are never there together.
  here.write("half.csv", head + "a,sram,0,3,4,2\nb,sram,3,9,4,0\n");
  CHECK(allocate("half.csv", {"--capacity", "8"}).code == 0);

  here.write("open.csv", "id,memory,lower,upper,size\na,sram,0,3,4\nw,dram,0,9,99\nb,sram,2,9,4\n");
  const Outcome found = allocate("open.csv", {"--capacity", "8"});
  CHECK(found.code == 0);
  CHECK(found.out.find("method       heuristic size\n") != std::string::npos);
  // --minimize looks anew, whatever is given.
  here.write("wide.csv", head + "a,sram,0,3,4,64\nb,sram,2,9,4,0\n");
  CHECK(allocate("wide.csv", {"--minimize"}).out.find("peak         8\n") != std::string::npos);
  CHECK(allocate("none.csv", {"--capacity", "8"}).code == 2);
  CHECK(run_cli({"allocate", "in.csv", "--memory", "sran", "--capacity", "8"}).err ==
        "in.csv: unknown memory \"sran\"; known: dram, sram (did you mean \"sram\"?)\n");
}

// What simulate writes is what allocate reads, lifetimes and odd names included.
TEST_CASE("addresses of a simulation are those of an allocation", "[cli]") {
  const WorkingDirectory here;
  here.write("odd.yaml",
             "graph: odd\n"
             "inputs: [{name: 'x,\"y\"', bytes: 4 B}]\n"
             "ops:\n"
             "  - {name: a, kind: k, work: {vector: {kind: copy, elements: 4}}, inputs: "
             "['x,\"y\"'], outputs: [{name: 'a,1', bytes: 4 B}]}\n"
             "  - {name: b, kind: k, work: {vector: {kind: copy, elements: 4}}, inputs: ['a,1'], "
             "outputs: [{name: '\"b\"', bytes: 4 B}]}\n");
  struct Case {
    std::string network, chip;
    std::vector<std::string> mode;
    std::vector<std::pair<std::string, std::string>> capacities;
  };
  const std::vector<std::pair<std::string, std::string>> nnpi{
      {"dram", "16GiB"}, {"llc", "24MiB"}, {"sram", "4MiB"}};
  for (const Case& c :
       {Case{"resnet50", "nnpi", {}, nnpi}, Case{"mobilenet-v2", "nnpi", {"--streams", "3"}, nnpi},
        Case{"odd.yaml",
             "toy",
             {"--mapping", "heuristic:sram-first"},
             {{"dram", "8"}, {"sram", "4"}}}}) {
    CAPTURE(c.network);
    std::vector<std::string> args{"simulate", c.network, "--chip", c.chip, "--addresses", "a.csv"};
    args.insert(args.end(), c.mode.begin(), c.mode.end());
    REQUIRE(run_cli(args).code == 0);
    for (const auto& [memory, capacity] : c.capacities) {
      CAPTURE(memory);
      const Outcome outcome =
          run_cli({"allocate", "a.csv", "--memory", memory, "--capacity", capacity});
      CHECK(outcome.err.empty());
      CHECK(outcome.code == 0);
      CHECK(outcome.out.find("method       given\n") != std::string::npos);
    }
  }
}

TEST_CASE("mistakes in the arguments of allocate are named", "[cli]") {
  const WorkingDirectory here;
  here.write("in.csv", kBuffers);
  here.write("bad.csv", "id,lower,upper,size\nb1,0,3,big\n");
  const auto message = [](std::vector<std::string> args) {
    args.insert(args.begin(), "allocate");
    const Outcome outcome = run_cli(args);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(message({}) == "allocate: FILE is missing; see memplace allocate --help\n");
  CHECK(message({"in.csv"}) == "allocate: --capacity is missing; see memplace allocate --help\n");
  CHECK(message({"in.csv", "--capacity", "12 apples"}) ==
        "allocate: --capacity: got \"12 apples\", expected a whole number or a size such as "
        "\"24 MiB\"\n");
  CHECK(message({"in.csv", "--capacity", "9999999999999999999999"}) ==
        "allocate: --capacity: got \"9999999999999999999999\", expected a whole number from 0 to "
        "1152921504606846976\n");
  CHECK(message({"in.csv", "--capacity", "12", "--minimize"}) ==
        "allocate: --capacity and --minimize exclude each other\n");
  CHECK(message({"in.csv", "--capacity", "12", "--time", "soon"}) ==
        "allocate: --time: got \"soon\", expected a whole number from 0 to 1000000\n");
  CHECK(message({"bad.csv", "--capacity", "12"}) ==
        "bad.csv:2:8: size: got \"big\", expected a whole number from 0 to 1152921504606846976\n");
  CHECK(message({"none.csv", "--capacity", "12"}).find("none.csv") != std::string::npos);
  CHECK(message({"in.csv", "--capacity", "12", "-o", "in.csv"}).find("in.csv") !=
        std::string::npos);
  CHECK(here.read("in.csv") == kBuffers);
}

}  // namespace
}  // namespace memplace
