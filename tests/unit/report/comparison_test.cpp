// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <catch2/catch.hpp>

#include "tests/unit/report/toy_reports.h"

namespace memplace {
namespace {

using test::dram_report;
using test::mixed_report;

const RunHeader kHeader{"1.2.3", "compare", Json::object(), {{"A", "mixed"}, {"B", "dram"}}, "x"};

Comparison toy() { return compare(kHeader, mixed_report(), dram_report()); }

std::vector<std::string> lines_after(const std::string& text, const std::string& title) {
  std::vector<std::string> lines;
  std::size_t at = text.find("\n" + title);
  REQUIRE(at != std::string::npos);
  at = text.find('\n', at + 1) + 1;
  while (at < text.size() && text[at] != '\n') {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

// a: 24 -> 56 ns, its weights 16 -> 0 and its inputs 0 -> 48; b: 6 -> 18, its inputs 4 -> 16.
TEST_CASE("ops differ by their parts, the largest first", "[report]") {
  const Comparison comparison = toy();
  CHECK_FALSE(comparison.different_networks.has_value());
  REQUIRE(comparison.ops.size() == 2);
  const OpDifference& a = comparison.ops[0];
  CHECK(a.name == "a");
  CHECK(a.step == 0);
  CHECK(a.a == 24_ns);
  CHECK(a.b == 56_ns);
  CHECK(a.part(TimePart::kCompute) == 0_ns);
  CHECK(a.part(TimePart::kWaitWeights) == Picoseconds(-16'000));
  CHECK(a.part(TimePart::kWaitInputs) == 48_ns);
  CHECK(a.most_changed() == TimePart::kWaitInputs);
  CHECK(comparison.ops[1].difference() == 12_ns);
  CHECK(comparison.drain() == 0_ns);
  CHECK(comparison.first_inference() == 44_ns);
  // The other way round, the same op comes first.
  const Comparison back = compare(kHeader, dram_report(), mixed_report());
  CHECK(back.ops[0].difference() == Picoseconds(-32'000));
  CHECK(back.first_inference() == Picoseconds(-44'000));
}

TEST_CASE("waits name the tensors they are for and where those went", "[report]") {
  CHECK(lines_after(to_text(toy(), {}), "Waits removed or added") ==
        std::vector<std::string>{
            "  a: 48 ns more waiting for inputs (did not move; queued 32 ns more)",
            "  a: 16 ns less waiting for weights (a.weights llc -> dram)",
            "  b: 12 ns more waiting for inputs (a.out sram -> dram)"});
}

TEST_CASE("a comparison as text", "[report]") {
  CHECK(to_text(toy(), {}) == R"(memplace 1.2.3 compare
  A         mixed
  B         dram
  again     x

                      A         B  difference  speed-up
latency           38 ns     82 ns      +44 ns   0.4634x
feasible       as asked  as asked
resident load     32 ns      0 ps      -32 ns         -

Waits removed or added
  a: 48 ns more waiting for inputs (did not move; queued 32 ns more)
  a: 16 ns less waiting for weights (a.weights llc -> dram)
  b: 12 ns more waiting for inputs (a.out sram -> dram)

Where the first inference differs, by op
  op   A ns   B ns  difference  changed most
  a   24.00  56.00      +32.00  inputs +48.00
  b    6.00  18.00      +12.00  inputs +12.00
  the same in A and B: 0 ops
  ops +44.00 ns, drain 0.00, together +44.00

Memory channels
  memory  busy A ns  busy B  change  read A  read B  written A  written B
  dram        24.00   72.00  +48.00     4 B    14 B        2 B        4 B
  llc         16.00    0.00  -16.00     8 B     0 B        0 B        0 B
  sram         4.00    0.00   -4.00     2 B     0 B        2 B        0 B

  memory  achieved A  achieved B  peak A  peak B  energy A uJ  energy B
  dram    157.9 MB/s  219.5 MB/s     4 B    14 B            0         0
  llc     210.5 MB/s       0 B/s     8 B     0 B            0         0
  sram    105.3 MB/s       0 B/s     2 B     0 B            0         0

Where the bytes are
  in A  in B  tensors  weights  activations
  dram  dram        2      0 B          6 B
  llc   dram        1      8 B          0 B
  sram  dram        1      0 B          2 B

Moved, 2 tensors
  tensor     kind        in A  in B  size
  a.weights  weights     llc   dram   8 B
  a.out      activation  sram  dram   2 B
)");
}

// In dram a waits 48 ns for its inputs; fetched, 16 ns for its weights and 56 for their move.
TEST_CASE("a fetch that A has not", "[report]") {
  const Comparison comparison = compare(kHeader, dram_report(), test::moving_report());
  CHECK(comparison.ops[0].part(TimePart::kWaitMove) == 56_ns);
  CHECK(comparison.ops[0].most_changed() == TimePart::kWaitMove);
  CHECK(comparison.ops[0].difference() == 24_ns);
  const std::string text = to_text(comparison, {});
  CHECK(lines_after(text, "Waits removed or added") ==
        std::vector<std::string>{
            "  a: 56 ns more waiting for a move (a.weights dram -> dram > llc)",
            "  a: 48 ns less waiting for inputs (did not move; queued 32 ns less)",
            "  a: 16 ns more waiting for weights (a.weights dram -> dram > llc)",
            "  b: 12 ns less waiting for inputs (a.out dram -> sram)"});
  CHECK(lines_after(text, "Fetches") ==
        std::vector<std::string>{"  a.weights fetched 0 ps ahead: 24 ns more waiting"});
  CHECK(lines_after(text, "Where the bytes are")[2] ==
        "  dram  dram > llc        1      8 B          0 B");
  CHECK(to_json(comparison)["moved"][0]["to"] == "dram > llc");
  CHECK(to_csv(comparison, ComparisonTable::kFetches) ==
        "tensor,a_ahead_ps,b_ahead_ps,difference_ps\n"
        "a.weights,,0,24000\n");
  CHECK(to_json(comparison)["memories"][1]["b_moved_in_bytes"] == 8);
  const Comparison back = compare(kHeader, test::moving_report(), dram_report());
  CHECK(lines_after(to_text(back, {}), "Fetches") ==
        std::vector<std::string>{"  a.weights no longer fetched: 24 ns less waiting"});
}

// In A the fetch begins when the run does, in B 30 ns later, and b reads the weights; a, which
// takes 80 ns, comes before it.
TEST_CASE("a fetch that begins at another time", "[report]") {
  SimulationReport early = test::moving_report();
  early.moves[0].first_op = "b";
  SimulationReport late = early;
  late.moves[0].timing.begin = 90_ns;
  Comparison comparison = compare(kHeader, early, late);
  REQUIRE(comparison.fetches.size() == 1);
  CHECK(comparison.fetches[0].ahead_a == 80_ns);
  CHECK(comparison.fetches[0].ahead_b == Picoseconds(-10'000));
  CHECK(lines_after(to_text(comparison, {}), "Fetches") ==
        std::vector<std::string>{
            "  a.weights fetched 10 ns late instead of 80 ns ahead: as much waiting"});
  CHECK(compare(kHeader, early, early).fetches.empty());
}

TEST_CASE("the same twice differs in nothing", "[report]") {
  const Comparison same = compare(kHeader, mixed_report(), mixed_report());
  CHECK(same.waits.empty());
  CHECK(same.moved.empty());
  const std::string text = to_text(same, {});
  CHECK(lines_after(text, "Where the first inference differs, by op") ==
        std::vector<std::string>{"  the same in A and B: 2 ops",
                                 "  ops 0.00 ns, drain 0.00, together 0.00"});
  CHECK(text.find("\nNo tensor is in another memory.\n") != std::string::npos);
}

TEST_CASE("limits of rows", "[report]") {
  const std::string text = to_text(toy(), {std::nullopt, 1, 1});
  CHECK(lines_after(text, "Waits removed or added").back() == "  ... 2 more (--ops all)");
  CHECK(lines_after(text, "Where the first")[2] == "  ... 1 more (--ops all)");
  CHECK(lines_after(text, "Moved, 2 tensors").back() == "  ... 1 more (--tensors all)");
}

TEST_CASE("a view moves with what it looks at, and counts once", "[report]") {
  const Program program = test::tiny_program(R"(graph viewed
input x 4
a: grid(out=2,in=4) w=8 in=x out=2
v: view in=a
b: elementwise(2) in=v out=2)");
  Mapping slow = uniform_mapping(program.problem, program.chip().slowest());
  Mapping fast = slow;
  fast[*program.graph().find_tensor("a.out")] = MemoryId(2);
  fast[*program.graph().find_tensor("v.out")] = MemoryId(2);
  SimResult result;
  result.ops = IdVector<OpId, OpTiming>(3);
  result.memories = IdVector<MemoryId, MemoryActivity>(3);
  result.completions = {0_ns};
  SimResult later = result;
  later.ops[OpId(2)].wait_inputs = later.first_latency = 5_ns;
  const Comparison comparison = compare(kHeader, test::report_of(program, fast, result, "fast"),
                                        test::report_of(program, slow, later, "slow"));
  REQUIRE(comparison.moved.size() == 1);
  CHECK(comparison.moved[0].name == "a.out");
  REQUIRE(comparison.waits.size() == 1);
  REQUIRE(comparison.waits[0].moved.size() == 1);  // b reads v.out
  CHECK(comparison.waits[0].moved[0].name == "a.out");
  REQUIRE(comparison.transitions.size() == 2);          // dram -> dram before
  CHECK(comparison.transitions[1].activations == 2_B);  // sram -> dram
}

TEST_CASE("different networks are compared in totals", "[report]") {
  SimulationReport wider = dram_report();
  wider.ops[1].macs = 7;
  const Comparison comparison = compare(kHeader, mixed_report(), wider);
  CHECK(comparison.different_networks == "op \"b\" has 0 MACs in A and 7 in B");
  CHECK(comparison.ops.empty());
  CHECK(comparison.moved.empty());
  CHECK(comparison.memories.size() == 3);
  const std::string text = to_text(comparison, {});
  CHECK(text.find("\nOnly totals are compared, as the networks differ: op \"b\" has 0 MACs in A "
                  "and 7 in B.\n") != std::string::npos);
  CHECK(text.find("Where the") == std::string::npos);

  SimulationReport longer = dram_report();
  longer.ops.push_back(longer.ops.back());
  CHECK(compare(kHeader, mixed_report(), longer).different_networks ==
        "tiny has 2 ops, tiny has 3 ops");
  SimulationReport fatter = dram_report();
  fatter.tensors[0].bytes = 2_KiB;
  CHECK(compare(kHeader, mixed_report(), fatter).different_networks ==
        "\"" + fatter.tensors[0].name + "\" has 4 B in A and 2 KiB in B");
}

TEST_CASE("memories of one side alone have nothing to be compared with", "[report]") {
  SimulationReport other = dram_report();
  other.memories[2].name = "tcm";
  const Comparison comparison = compare(kHeader, mixed_report(), other);
  REQUIRE(comparison.memories.size() == 4);
  CHECK_FALSE(comparison.memories[2].b.has_value());
  CHECK_FALSE(comparison.memories[3].a.has_value());
  CHECK(lines_after(to_text(comparison, {}), "Memory channels")[4] ==
        "  tcm             -    0.00       -       -     0 B          -        0 B");
  CHECK(to_json(comparison)["memories"][3]["a_busy_ps"].is_null());
}

TEST_CASE("a comparison as JSON and CSV", "[report]") {
  const Comparison comparison = toy();
  const Json json = to_json(comparison);
  CHECK(json["difference"] == Json{{"latency_ps", 44'000},
                                   {"makespan_ps", 44'000},
                                   {"first_inference_ps", 44'000},
                                   {"drain_ps", 0}});
  CHECK(json["speedup"] == 38.0 / 82.0);
  CHECK(json["waits"][1]["moved"][0]["to"] == "dram");
  CHECK(to_csv(comparison, ComparisonTable::kOps) ==
        "step,name,kind,a_ps,b_ps,difference_ps,most_changed,compute_ps,dispatch_ps,"
        "wait_weights_ps,wait_inputs_ps,wait_move_ps,wait_output_slot_ps,queued_ps\n"
        "0,a,grid,24000,56000,32000,inputs,0,0,-16000,48000,0,0,32000\n"
        "1,b,elementwise,6000,18000,12000,inputs,0,0,0,12000,0,0,0\n");
  CHECK(to_csv(comparison, ComparisonTable::kWaits) ==
        "op,waits_for,difference_ps,queued_ps\n"
        "a,inputs,48000,32000\n"
        "a,weights,-16000,32000\n"
        "b,inputs,12000,0\n");
  CHECK(to_csv(comparison, ComparisonTable::kMoved) ==
        "name,kind,bytes,from,to\n"
        "a.weights,weights,8,llc,dram\n"
        "a.out,activation,2,sram,dram\n");
  CHECK(
      to_csv(comparison, ComparisonTable::kSummary).find("\nb,tiny,toy,82000,82000,82000,8000,") !=
      std::string::npos);
}

}  // namespace memplace
