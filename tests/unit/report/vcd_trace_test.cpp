// SPDX-License-Identifier: Apache-2.0
// Waveforms of simulated runs, read back.
#include "report/trace/vcd_trace.h"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/files.h"
#include "report/trace/observers.h"
#include "sim/check/event_log.h"
#include "sim/chip/chip_reader.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/sim_case.h"
#include "tests/support/toy_chips.h"
#include "tests/unit/report/traced_run.h"
#include "workloads/io/graph_text.h"
#include "workloads/workload.h"

namespace memplace::test {
namespace {

constexpr std::size_t kEveryTile = std::numeric_limits<std::size_t>::max();

// The waves of a dump: by "scope.signal", the value from each time on.
struct Waves {
  std::map<std::string, std::map<std::int64_t, std::int64_t>> values;
  std::int64_t end = 0;

  std::int64_t at(const std::string& signal, std::int64_t time) const {
    return std::prev(values.at(signal).upper_bound(time))->second;
  }
  std::int64_t last(const std::string& signal) const { return values.at(signal).rbegin()->second; }
};

// Reads what VcdTrace may write; anything else fails.
Waves read_vcd(const std::string& text) {
  Waves waves;
  std::map<std::string, std::string> signal_of;  // by code
  std::vector<std::string> scopes;
  std::istringstream words(text);
  std::string word;
  bool in_head = true;
  std::int64_t now = -1;
  while (words >> word) {
    if (word == "$version" || word == "$comment" || word == "$timescale") {
      std::string content;
      for (std::string part; words >> part && part != "$end";) {
        content += part;
      }
      REQUIRE((word != "$timescale" || content == "1ps"));
    } else if (word == "$scope") {
      std::string kind, name, end;
      words >> kind >> name >> end;
      REQUIRE((kind == "module" && end == "$end"));
      scopes.push_back(name);
    } else if (word == "$upscope") {
      words >> word;
      scopes.pop_back();
    } else if (word == "$var") {
      std::string kind, bits, code, name, end;
      words >> kind >> bits >> code >> name >> end;
      REQUIRE(end == "$end");
      REQUIRE(scopes.size() == 2);
      REQUIRE(signal_of.emplace(code, scopes.back() + "." + name).second);
    } else if (word == "$enddefinitions") {
      words >> word;
      REQUIRE(scopes.empty());
      in_head = false;
    } else if (word == "$dumpvars" || word == "$end") {
      REQUIRE_FALSE(in_head);
      REQUIRE((word == "$dumpvars" || waves.values.size() == signal_of.size()));
    } else if (word[0] == '#') {
      const std::int64_t time = std::stoll(word.substr(1));
      REQUIRE(time > now);
      now = time;
    } else {
      std::string digits = word.substr(0, 1);
      std::string code = word.substr(1);
      if (word[0] == 'b') {
        digits = word.substr(1);
        words >> code;
      }
      REQUIRE(digits.find_first_not_of("01") == std::string::npos);
      REQUIRE(waves.values[signal_of.at(code)].emplace(now, std::stoll(digits, nullptr, 2)).second);
    }
  }
  waves.end = now;
  return waves;
}

struct VcdRun {
  SimResult result;
  EventLog recorder;
  std::string text;
  std::size_t most_waiting = 0;
};

VcdRun traced_in_vcd(const Program& program, const Placed& placed,
                     std::size_t most_tiles = kEveryTile,
                     std::size_t many_changes = VcdTrace::kManyChanges) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("memplace-vcd-{}", ::getpid()))
          .string();
  VcdRun run;
  VcdTrace trace(path, program, placed.moves(), {"0.0", "simulate", {}, {}, "memplace simulate x"},
                 most_tiles, many_changes);
  Observers observers;
  observers.add(run.recorder);
  observers.add(trace);
  run.result = SystemCSimulator().run(program, placed, observers.or_null());
  trace.finish(run.result);
  run.most_waiting = trace.most_waiting();
  run.text = read_file(path);
  std::filesystem::remove(path);
  return run;
}

}  // namespace

// 8 B of weights, 4 B in, 4 B out, all in DRAM (example 1 of docs/model/timing.md).
// dram    |--- w 32 ---|- x 16 -|            |- y 16 -|
// compute                       |--- 20 ---|
//         0            32       48         68         84
TEST_CASE("the worked example as waves", "[report][systemc]") {
  const auto graph = std::make_shared<const Graph>(
      parse_graph_text("input x 4\na: grid(out=5,in=4) w=8 in=x out=4\n"));
  const Program program = lower(Problem(*graph, toy_chip(), {1, 1, 1}));
  const VcdRun run =
      traced_in_vcd(program, uniform_mapping(Problem(*graph, program.chip()), kDram));
  CHECK(run.text == R"($version memplace 0.0 $end
$comment memplace simulate x $end
$timescale 1 ps $end
$scope module memplace $end
$scope module stream_0 $end
$var integer 32 ! op $end
$var integer 32 " inference $end
$var wire 2 # state $end
$var integer 32 $ weights_outstanding $end
$var integer 32 % inputs_outstanding $end
$var integer 32 & outputs_outstanding $end
$var integer 32 ' input_slots $end
$var integer 32 ( output_slots $end
$var integer 64 ) weight_space $end
$upscope $end
$scope module memories $end
$var wire 1 * dram_busy $end
$var integer 32 + dram_queue $end
$var wire 1 , llc_busy $end
$var integer 32 - llc_queue $end
$var wire 1 . sram_busy $end
$var integer 32 / sram_queue $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
b0 !
b0 "
b0 #
b1 $
b1 %
b0 &
b1 '
b0 (
b1000 )
1*
b1 +
0,
b0 -
0.
b0 /
$end
#32000
b0 $
b0 +
#48000
b10 #
b0 %
b1 (
0*
#68000
b11 #
b1 &
b0 '
b0 )
1*
#84000
b0 &
b0 (
0*
)");
}

// At every instant at which anything happened, the counts are those of a sum over all events.
TEST_CASE("waves of random runs are those of their events", "[report][systemc]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 12);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {1, 8, 256, 16}));
    const Chip chip = random_chip(rng);
    const Program program = lower(Problem(*graph, chip, random_mode(rng, chip)));
    const VcdRun run = traced_in_vcd(program, random_mapping(rng, *graph, chip));
    const Waves waves = read_vcd(run.text);
    REQUIRE(waves.end == run.result.makespan.count());
    for (const auto& [name, wave] : waves.values) {
      CAPTURE(name);
      const std::string signal = name.substr(name.find('.') + 1);
      if (signal == "state") {
        REQUIRE(wave.rbegin()->second == (program.tiles.empty() ? 0 : 3));
      } else if (signal == "inference") {
        REQUIRE(wave.rbegin()->second ==
                (program.tiles.empty() ? 0 : program.mode().inferences - 1));
      } else if (signal != "op") {
        REQUIRE(wave.rbegin()->second == 0);
      }
      for (const auto& [time, value] : wave) {
        if (signal == "input_slots" || signal == "output_slots") {
          REQUIRE(value <= 2);
        } else if (signal == "weight_space") {
          REQUIRE(value <= chip.engines.staging.weights.count());
        } else if (signal == "weights_outstanding" || signal == "outputs_outstanding") {
          const RequestKind kind = signal[0] == 'w' ? RequestKind::kWeight : RequestKind::kOutput;
          const std::string scope = name.substr(0, name.find('.'));
          std::int64_t outstanding = 0;
          for (const TransferEvent& e : run.recorder.transfers) {
            outstanding += e.key.kind == kind && scope == fmt::format("stream_{}", e.key.stream) &&
                                   e.posted.count() <= time && time < e.arrived.count()
                               ? 1
                               : 0;
          }
          REQUIRE(value == outstanding);
        }
      }
    }
  }
}

TEST_CASE("waves are the same however soon they are written", "[report][systemc]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 14);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {1, 8, 256, 16}));
    const Chip chip = random_chip(rng);
    const Program program = lower(Problem(*graph, chip, random_mode(rng, chip)));
    const Mapping mapping = random_mapping(rng, *graph, chip);
    const std::string expected = traced_in_vcd(program, mapping, kEveryTile, kEveryTile).text;
    for (const std::size_t many : {1U, 10U}) {
      REQUIRE(traced_in_vcd(program, mapping, kEveryTile, many).text == expected);
    }
  }
}

// A tile changes about a dozen signals: the whole run would wait with half a million changes.
TEST_CASE("waves do not wait for the end of the run", "[report][systemc]") {
  const auto graph = std::make_shared<const Graph>(load_workload("resnet50", DType::kInt8));
  const Chip chip = load_chip("nnpi-12ice");
  const Program program = lower(Problem(*graph, chip, {12, 1, 2}));
  Mapping mapping = uniform_mapping(Problem(*graph, chip), chip.fastest());
  settle(Problem(*graph, chip), mapping);
  const VcdRun run = traced_in_vcd(program, mapping);
  CHECK(run.recorder.computes.size() > 40'000);
  CHECK(run.most_waiting >= VcdTrace::kManyChanges);
  CHECK(run.most_waiting < 2 * run.recorder.computes.size());
}

TEST_CASE("waves that are cut are those of the whole run until then", "[report][systemc]") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 13);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {2, 8, 256, 16}));
    const Chip chip = random_chip(rng);
    const Program program = lower(Problem(*graph, chip, random_mode(rng, chip)));
    const Mapping mapping = random_mapping(rng, *graph, chip);
    const VcdRun whole = traced_in_vcd(program, mapping);
    const std::size_t tiles = whole.recorder.computes.size() / 2;
    const Waves expected = read_vcd(whole.text);
    const Waves waves = read_vcd(traced_in_vcd(program, mapping, tiles).text);
    const std::int64_t end = tiles == 0 ? 0 : whole.recorder.computes[tiles - 1].end.count();
    REQUIRE(waves.end == end);
    for (auto [name, wave] : expected.values) {
      CAPTURE(name);
      wave.erase(wave.upper_bound(end), wave.end());
      REQUIRE(waves.values.at(name) == wave);
    }
  }
}

// c's block has its slot when a is computed, and c is taken up when b is.
TEST_CASE("waves that are cut have the slot of an op that reads nothing", "[report][systemc]") {
  const auto graph =
      std::make_shared<const Graph>(parse_graph_text("input x 4\n"
                                                     "a: elementwise(4) in=x out=4\n"
                                                     "b: elementwise(4) in=x out=4\n"
                                                     "c: elementwise(4) out=4\n"));
  const Program program = lower(Problem(*graph, toy_chip(), {1, 1, 1}));
  const Mapping mapping = uniform_mapping(Problem(*graph, program.chip()), kDram);
  const VcdRun whole = traced_in_vcd(program, mapping);
  const std::int64_t end = whole.recorder.computes.at(0).end.count();
  REQUIRE(whole.recorder.computes.at(2).ready.count() > end);
  CHECK(read_vcd(whole.text).at("stream_0.input_slots", end) == 2);
  CHECK(read_vcd(traced_in_vcd(program, mapping, 1).text).at("stream_0.input_slots", end) == 2);
}

using Wave = std::map<std::int64_t, std::int64_t>;

// The timeline is drawn in traced_run.h.
TEST_CASE("a move as waves", "[report][systemc]") {
  const SimCase c = perfetto::late_fetch("");
  const Program program = lower(c);
  const MovePlan plan = plan_of(c);
  const Waves waves = read_vcd(traced_in_vcd(program, plan).text);
  CHECK(waves.values.at("stream_0.moves") == Wave{{0, 1}, {56'000, 0}});
  CHECK(waves.values.at("stream_0.mover_pieces") == Wave{{0, 2}, {40'000, 1}, {56'000, 0}});
  CHECK(waves.values.at("stream_0.mover_bytes") == Wave{{0, 0}, {40'000, 4}, {56'000, 8}});
  CHECK(waves.values.at("stream_0.mover_move") == Wave{{0, 0}});
  CHECK(waves.values.at("memories.llc_busy") ==
        Wave{{0, 0}, {32'000, 1}, {40'000, 0}, {48'000, 1}, {72'000, 0}});
  CHECK(waves.values.at("memories.dram_queue") == Wave{{0, 2}, {16'000, 1}, {32'000, 0}});
}

namespace {

// What a stream's signals of its mover have to be at a time.
struct MoverAt {
  std::int64_t pieces = 0, moves = 0, bytes = 0;
  std::int64_t move = 0;   // of the places taken last, the largest
  std::int64_t since{-1};  // when these were taken
};

MoverAt mover_at(const VcdRun& run, const Program& program, const MovePlan& plan,
                 std::uint32_t stream, std::int64_t time) {
  std::map<std::uint32_t, std::int64_t> number;  // by tensor
  for (std::size_t i = 0; i < plan.moves.size(); ++i) {
    number[static_cast<std::uint32_t>(plan.moves[i].tensor.index())] = static_cast<int>(i);
  }
  MoverAt at;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> left;  // bytes to be written
  for (const TransferEvent& e : run.recorder.transfers) {
    if (e.key.kind != RequestKind::kMove || e.key.stream != stream) {
      continue;
    }
    const std::pair move(e.key.position, e.key.tile);
    if (e.key.is_write()) {
      const bool written = e.arrived.count() <= time;
      at.pieces -= written ? 1 : 0;
      at.bytes += written ? e.bytes.count() : 0;
      left[move] -= written ? e.bytes.count() : 0;
      continue;
    }
    const std::int64_t taken = (e.posted - program.chip().mover.overhead).count();
    at.pieces += taken <= time ? 1 : 0;
    if (e.key.operand == 0 && e.posted.count() <= time) {
      left[move] += program.graph().tensor(TensorId(e.key.tile)).bytes.count();
    }
    if (taken <= time && std::pair(taken, number[e.key.tile]) > std::pair(at.since, at.move)) {
      at.since = taken;
      at.move = number[e.key.tile];
    }
  }
  for (const auto& [move, bytes] : left) {
    at.moves += bytes > 0 ? 1 : 0;
  }
  return at;
}

}  // namespace

TEST_CASE("waves of random moving runs are those of their events", "[report][systemc]") {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const SimCase c = random_moving_case(seed);
    const Program program = lower(c);
    const MovePlan plan = plan_of(c);
    if (plan.moves.empty() || tiles_of_run(program) > 1'000) {
      continue;
    }
    const VcdRun run = traced_in_vcd(program, plan, kEveryTile, 1);
    const Waves waves = read_vcd(run.text);
    for (const auto& [name, wave] : waves.values) {
      CAPTURE(name);
      const std::string signal = name.substr(name.find('.') + 1);
      if (name.starts_with("memories")) {
        REQUIRE(wave.rbegin()->second == 0);
        continue;
      }
      const auto stream = static_cast<std::uint32_t>(std::stoul(name.substr(7)));
      if (signal != "moves" && !signal.starts_with("mover_")) {
        continue;
      }
      // A tenth of a long wave's changes, and all of a short one's.
      std::size_t step = 1 + wave.size() / 100;
      std::size_t i = 0;
      for (const auto& [time, value] : wave) {
        if (i++ % step == 0) {
          const MoverAt at = mover_at(run, program, plan, stream, time);
          REQUIRE(value == (signal == "moves"          ? at.moves
                            : signal == "mover_pieces" ? at.pieces
                            : signal == "mover_bytes"  ? at.bytes
                                                       : at.move));
          REQUIRE(at.pieces <= c.chip.mover.in_flight);
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 1'000);
}

TEST_CASE("waves with moves are the same however soon they are written", "[report][systemc]") {
  for (std::uint64_t seed = 100; seed < 200; ++seed) {
    CAPTURE(seed);
    const SimCase c = random_moving_case(seed);
    const Program program = lower(c);
    const MovePlan plan = plan_of(c);
    if (plan.moves.empty() || tiles_of_run(program) > 2'000) {
      continue;
    }
    const VcdRun whole = traced_in_vcd(program, plan, kEveryTile, kEveryTile);
    for (const std::size_t many : {1U, 10U}) {
      REQUIRE(traced_in_vcd(program, plan, kEveryTile, many).text == whole.text);
    }
    // Cut in the midst.
    const std::size_t tiles = whole.recorder.computes.size() / 2;
    const Waves expected = read_vcd(whole.text);
    const Waves waves = read_vcd(traced_in_vcd(program, plan, tiles, 1).text);
    const std::int64_t end = tiles == 0 ? 0 : whole.recorder.computes[tiles - 1].end.count();
    for (auto [name, wave] : expected.values) {
      CAPTURE(name);
      wave.erase(wave.upper_bound(end), wave.end());
      REQUIRE(waves.values.at(name) == wave);
    }
  }
}

// All weights are fetched, each after the op two before the one that reads it: the mover is idle
// now and then, and stands still between inferences.
TEST_CASE("waves with moves do not wait for the end of the run", "[report][systemc]") {
  SimCase c;
  c.graph = std::make_shared<const Graph>(load_workload("resnet50", DType::kInt8));
  c.chip = load_chip("nnpi-12ice");
  c.mode = {4, 3, 4};
  c.mapping = uniform_mapping(Problem(*c.graph, c.chip), c.chip.slowest());
  settle(Problem(*c.graph, c.chip), c.mapping);
  std::string before, last;
  for (const OpId op : c.graph->ops()) {
    if (const auto& weights = c.graph->op(op).weights) {
      c.moves.push_back({c.graph->tensor(weights->tensor).name, c.chip.fastest(), before});
    }
    before = last;
    last = c.graph->op(op).name;
  }
  const Program program = lower(c);
  const MovePlan plan = plan_of(c);
  CHECK(plan.moves.size() > 50);
  const VcdRun run = traced_in_vcd(program, plan);
  CHECK(run.recorder.transfers.size() > 30'000);
  CHECK(run.most_waiting >= VcdTrace::kManyChanges);
  CHECK(run.most_waiting < run.recorder.transfers.size() / 2);
}

TEST_CASE("waves that cannot be written are one Error", "[report][systemc]") {
  const auto graph = std::make_shared<const Graph>(
      parse_graph_text("input x 4\na: grid(out=5,in=4) w=8 in=x out=4\n"));
  const Program program = lower(Problem(*graph, toy_chip(), {1, 1, 1}));
  CHECK_THROWS_WITH(VcdTrace("/no-such-directory/t.vcd", program, {}, kEveryTile),
                    "/no-such-directory/t.vcd: cannot write: No such file or directory");
  VcdTrace trace("/dev/full", program, {}, kEveryTile);
  const SimResult result = SystemCSimulator().run(
      program, uniform_mapping(Problem(*graph, program.chip()), kDram), &trace);
  CHECK_THROWS_WITH(trace.finish(result), "/dev/full: cannot write: No space left on device");
}

}  // namespace memplace::test
