// SPDX-License-Identifier: Apache-2.0
// Perfetto traces of simulated runs, read back.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "report/trace/observers.h"
#include "report/trace/perfetto_trace.h"
#include "sim/check/event_log.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/occupancy.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"
#include "workloads/workload.h"

namespace memplace::test {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// A name that is free and stays so after the test.
class TemporaryFile {
 public:
  TemporaryFile()
      : path_(
            (std::filesystem::temp_directory_path() / fmt::format("memplace-trace-{}", ::getpid()))
                .string()) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Run {
  Program program;
  Mapping mapping;
  SimResult result;
  EventLog recorder;
  std::string text;
  Json json;
};

Run traced(Program program, Mapping mapping, std::size_t most_tiles = kAll) {
  const TemporaryFile file;
  Run run{std::move(program), std::move(mapping), {}, {}, {}, {}};
  const RunHeader header{"0.0", "simulate", Json{{"chip", "toy"}}, {}, "memplace simulate x"};
  PerfettoTrace trace(file.path(), run.program, run.mapping, header, most_tiles);
  Observers observers;
  observers.add(run.recorder);
  observers.add(trace);
  run.result = SystemCSimulator().run(run.program, run.mapping, observers.or_null());
  CHECK_FALSE(std::filesystem::exists(file.path()));
  trace.finish(run.result);
  run.text = read_file(file.path());
  run.json = Json::parse(run.text);
  return run;
}

Run traced_builtin(const std::string& workload, const Mode& mode, std::size_t most_tiles = kAll) {
  const auto graph = std::make_shared<const Graph>(load_workload(workload, DType::kInt8));
  const Chip chip = load_chip("nnpi");
  Mapping mapping = uniform_mapping(Problem(*graph, chip), chip.fastest());
  settle(Problem(*graph, chip), mapping);
  return traced(lower(Problem(*graph, chip, mode)), mapping, most_tiles);
}

// Times up to a second come back exactly from a double.
std::int64_t picoseconds(const Json& number) { return std::llround(number.get<double>() * 1e6); }

using TrackId = std::pair<int, int>;

struct Slice {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string name;
  std::string category;
  Json args;
};

// The trace as a viewer sees it. Checks the rules of the format on the way.
struct Viewed {
  std::map<TrackId, std::string> names;  // of threads
  std::map<int, std::string> processes;
  std::map<TrackId, std::vector<Slice>> slices;  // in order of begin
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> counters;
  struct Arrow {
    TrackId from, to;
    std::int64_t begin = -1, end = -1;
  };
  std::map<int, Arrow> arrows;

  std::int64_t largest(const std::string& counter) const {
    std::int64_t most = 0;
    for (const auto& [time, value] : counters.at(counter)) {
      most = std::max(most, value);
    }
    return most;
  }

  TrackId track(const std::string& process, const std::string& thread) const {
    for (const auto& [id, name] : names) {
      if (name == thread && processes.at(id.first) == process) {
        return id;
      }
    }
    FAIL("no track " << process << " / " << thread);
    return {};
  }
};

void view_event(const Json& event, Viewed& viewed) {
  const std::string phase = event.at("ph");
  const TrackId track{event.at("pid").get<int>(), event.at("tid").get<int>()};
  const std::string name = event.at("name");
  REQUIRE(event.at("ts").is_number());
  REQUIRE(event.at("ts").get<double>() >= 0);
  const std::int64_t time = picoseconds(event.at("ts"));
  if (phase == "M") {
    if (name == "thread_name") {
      REQUIRE(viewed.names.emplace(track, event.at("args").at("name")).second);
    } else if (name == "process_name") {
      REQUIRE(viewed.processes.emplace(track.first, event.at("args").at("name")).second);
    } else {
      REQUIRE((name == "thread_sort_index" || name == "process_sort_index"));
    }
  } else if (phase == "X") {
    REQUIRE(event.at("dur").get<double>() >= 0);
    viewed.slices[track].push_back(
        {time, time + picoseconds(event.at("dur")), name, event.at("cat"), event.at("args")});
  } else if (phase == "C") {
    viewed.counters[name].emplace_back(time, event.at("args").at("value").get<std::int64_t>());
  } else if (phase == "s") {
    Viewed::Arrow& arrow = viewed.arrows[event.at("id").get<int>()];
    REQUIRE(arrow.begin == -1);
    arrow.from = track;
    arrow.begin = time;
  } else {
    REQUIRE(phase == "f");
    REQUIRE(event.at("bp") == "e");
    Viewed::Arrow& arrow = viewed.arrows[event.at("id").get<int>()];
    REQUIRE(arrow.begin >= 0);
    REQUIRE(arrow.end == -1);
    arrow.to = track;
    arrow.end = time;
  }
}

Viewed view(const Json& json) {
  Viewed viewed;
  REQUIRE(json.at("displayTimeUnit") == "ns");
  REQUIRE(json.at("otherData").at("again") == "memplace simulate x");
  for (const Json& event : json.at("traceEvents")) {
    view_event(event, viewed);
  }
  for (auto& [track, slices] : viewed.slices) {
    REQUIRE(viewed.names.count(track) == 1);
    REQUIRE(viewed.processes.count(track.first) == 1);
    std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    for (std::size_t i = 1; i < slices.size(); ++i) {
      REQUIRE(slices[i - 1].end <= slices[i].begin);
    }
  }
  for (const auto& [name, samples] : viewed.counters) {
    REQUIRE(std::is_sorted(samples.begin(), samples.end(),
                           [](const auto& a, const auto& b) { return a.first < b.first; }));
  }
  return viewed;
}

// Whether a slice of the track begins then, for which `wanted` holds.
template <class Predicate>
bool begins_at(const Viewed& viewed, const TrackId& track, std::int64_t begin, Predicate wanted) {
  const std::vector<Slice>& slices = viewed.slices.at(track);
  auto slice = std::lower_bound(slices.begin(), slices.end(), begin,
                                [](const Slice& s, std::int64_t t) { return s.begin < t; });
  for (; slice != slices.end() && slice->begin == begin; ++slice) {
    if (wanted(*slice)) {
      return true;
    }
  }
  return false;
}

// Each wait has an arrow, from a request that arrived when the wait ended.
void check_arrows(const Viewed& viewed) {
  std::set<std::pair<TrackId, std::int64_t>> waits;  // that have no arrow yet
  for (const auto& [track, slices] : viewed.slices) {
    for (const Slice& slice : slices) {
      if (slice.category == "wait") {
        waits.emplace(track, slice.end);
      }
    }
  }
  for (const auto& [id, arrow] : viewed.arrows) {
    const std::int64_t end = arrow.end;
    REQUIRE(begins_at(viewed, arrow.from, arrow.begin,
                      [&](const Slice& s) { return s.end == end && s.category != "wait"; }));
    REQUIRE(
        begins_at(viewed, arrow.to, end, [](const Slice& s) { return s.category == "compute"; }));
    REQUIRE(waits.erase({arrow.to, arrow.end}) == 1);
  }
  REQUIRE(waits.empty());
}

// Every event the simulator told of is a slice, and there are no others.
void check_events(const Viewed& viewed, const Run& run) {
  using Row = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t,
                         std::int64_t>;  // process, kind, name, begin, end, inference
  std::multiset<Row> expected;
  const std::size_t ops = run.program.ops.size();
  for (const TransferEvent& e : run.recorder.transfers) {
    const LoweredOp& op = run.program.ops[e.key.position % ops];
    const TensorId tensor = e.key.kind == RequestKind::kWeight  ? op.weights
                            : e.key.kind == RequestKind::kInput ? op.operands[e.key.operand]
                                                                : op.output;
    const std::string name =
        fmt::format("{} [{}]", run.program.graph().tensor(tensor).name, e.key.tile - op.first_tile);
    expected.emplace(fmt::format("stream {}", e.key.stream), name_of(e.key.kind), name,
                     e.posted.count(), e.arrived.count(), e.key.position / ops);
    if (e.bytes > 0_B) {
      expected.emplace("memories", e.key.kind == RequestKind::kOutput ? "write" : "read", name,
                       e.granted.count(), e.served.count(), e.key.stream);
    }
  }
  for (const ComputeEvent& e : run.recorder.computes) {
    const OpId op(e.position % ops);
    expected.emplace(fmt::format("stream {}", e.stream), "compute",
                     fmt::format("{} [{}]", run.program.graph().op(op).name,
                                 e.tile - run.program.ops[op.index()].first_tile),
                     e.begin.count(), e.end.count(), e.position / ops);
  }
  std::multiset<Row> found;
  for (const auto& [track, slices] : viewed.slices) {
    const std::string& process = viewed.processes.at(track.first);
    for (const Slice& s : slices) {
      if (s.category != "wait" && s.category != "dispatch" && s.category != "inference") {
        found.emplace(process, s.category, s.name, s.begin, s.end,
                      s.args.at(process == "memories" ? "stream" : "inference"));
      }
    }
  }
  REQUIRE(found == expected);
}

// The compute track of stream 0 is without gaps, and adds up to what the simulator says, op by op.
void check_sums(const Viewed& viewed, const Run& run) {
  if (run.program.tiles.empty()) {
    return;
  }
  std::map<std::string, std::map<std::string, std::int64_t>> sums;  // by op, then kind
  std::int64_t until = 0;
  for (const Slice& s : viewed.slices.at(viewed.track("stream 0", "compute"))) {
    REQUIRE(s.begin == until);
    until = s.end;
    if (s.args.at("inference") == 0) {
      sums[s.args.at("op")][s.category == "wait" ? s.name : s.category] += s.end - s.begin;
    }
  }
  std::map<std::string, std::int64_t> queued;
  for (const auto& [track, slices] : viewed.slices) {
    if (viewed.processes.at(track.first) == "stream 0") {
      for (const Slice& s : slices) {
        if (s.args.contains("queued_ps") && s.args.at("inference") == 0) {
          queued[s.args.at("op")] += s.args.at("queued_ps").get<std::int64_t>();
        }
      }
    }
  }
  std::int64_t latency = run.result.drain.count();
  for (const OpId id : run.program.graph().ops()) {
    const std::string& name = run.program.graph().op(id).name;
    const OpTiming& op = run.result.ops[id];
    REQUIRE(sums[name]["compute"] == op.compute.count());
    REQUIRE(sums[name]["dispatch"] == op.dispatch.count());
    REQUIRE(sums[name]["wait weights"] == op.wait_weights.count());
    REQUIRE(sums[name]["wait inputs"] == op.wait_inputs.count());
    REQUIRE(sums[name]["wait output slot"] == op.wait_output_slot.count());
    REQUIRE(queued[name] == op.queued.count());
    for (const auto& [kind, sum] : sums[name]) {
      latency += sum;
    }
  }
  REQUIRE(latency == run.result.first_latency.count());
  const Slice& first = viewed.slices.at(viewed.track("stream 0", "inferences")).front();
  REQUIRE(first.args.at("latency_ps") == run.result.first_latency.count());
  REQUIRE(first.args.at("drain_ps") == run.result.drain.count());
  REQUIRE(first.end == run.result.first_latency.count());
}

void check_counters(const Viewed& viewed, const Run& run) {
  const Program& p = run.program;
  const Occupancy filled = occupancy(p.problem, run.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    const Memory& memory = p.chip().memories[id];
    for (std::size_t i = 0; i < filled[id].instances; ++i) {
      const std::string label =
          memory.scope == Scope::kEngine ? fmt::format("{}[{}]", memory.name, i) : memory.name;
      REQUIRE(viewed.largest(label + " occupancy (B)") <= filled[id].peak.count());
      REQUIRE(viewed.counters.at(label + " bandwidth (B/s)").back().second == 0);
    }
  }
}

void check(const Run& run) {
  const Viewed viewed = view(run.json);
  check_arrows(viewed);
  check_events(viewed, run);
  check_sums(viewed, run);
  check_counters(viewed, run);
}

Program two_ops() {
  const auto graph =
      std::make_shared<const Graph>(parse_graph_text("input x 4\n"
                                                     "a: grid(out=5,in=4) w=8 in=x out=4\n"
                                                     "b: grid(out=5,in=4) w=8 in=a out=4\n"));
  return lower(Problem(*graph, toy_chip(), {1, 1, 1}));
}

// The lines of the text that are events of these phases, without the comma between them.
std::string events(const std::string& text, const std::string& phases) {
  std::string found;
  for (std::size_t at = text.find("\n{\"ph\":"); at != std::string::npos;) {
    const std::size_t next = text.find('\n', at + 1);
    std::string line = text.substr(at + 1, next - at - 1);
    if (line.ends_with(',')) {
      line.pop_back();
    }
    if (line.starts_with("{\"ph\":") && phases.find(line[7]) != std::string::npos) {
      found += line + "\n";
    }
    at = next;
  }
  return found;
}

}  // namespace

// Example 3 of docs/model/timing.md; a.out in sram, all else in dram:
// dram    |- a.w 32 -|- b.w 32 -|- x 16 -|                              |- y 16 -|
// sram                                           |a.out 4|b in 4|
// compute                                |- a 20 -|              |- b 20 -|
//         0          32         64       80     100     104    108      128      144
TEST_CASE("the worked example as a trace", "[report][systemc]") {
  const Program program = two_ops();
  Mapping mapping = uniform_mapping(program.problem, kDram);
  mapping[program.graph().find_tensor("a.out").value()] = kSram;
  settle(program.problem, mapping);
  const Run run = traced(program, mapping);
  check(run);
  CHECK(
      events(run.text, "Xsf") ==
      R"({"ph":"X","pid":1,"tid":11001,"ts":0,"dur":0.032,"name":"a.weights [0]","cat":"weight","args":{"op":"a","inference":0,"bytes":8,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0,"dur":0.032,"name":"a.weights [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":11002,"ts":0,"dur":0.064,"name":"b.weights [0]","cat":"weight","args":{"op":"b","inference":0,"bytes":8,"queued_ps":32000,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.032,"dur":0.032,"name":"b.weights [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":12001,"ts":0,"dur":0.08,"name":"x [0]","cat":"input","args":{"op":"a","inference":0,"bytes":4,"queued_ps":64000,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.064,"dur":0.016,"name":"x [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0,"dur":0.08,"name":"wait inputs","cat":"wait","args":{"op":"a","inference":0,"tile":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.08,"dur":0.02,"name":"a [0]","cat":"compute","args":{"op":"a","inference":0}}
{"ph":"s","pid":1,"tid":12001,"ts":0,"id":1,"name":"wait","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.08,"id":1,"name":"wait","cat":"wait"}
{"ph":"X","pid":1,"tid":14001,"ts":0.1,"dur":0.004,"name":"a.out [0]","cat":"output","args":{"op":"a","inference":0,"bytes":4,"memory":"sram"}}
{"ph":"X","pid":2,"tid":22001,"ts":0.1,"dur":0.004,"name":"a.out [0]","cat":"write","args":{"stream":0}}
{"ph":"X","pid":1,"tid":12001,"ts":0.104,"dur":0.004,"name":"a.out [0]","cat":"input","args":{"op":"b","inference":0,"bytes":4,"memory":"sram"}}
{"ph":"X","pid":2,"tid":22001,"ts":0.104,"dur":0.004,"name":"a.out [0]","cat":"read","args":{"stream":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.1,"dur":0.008,"name":"wait inputs","cat":"wait","args":{"op":"b","inference":0,"tile":0}}
{"ph":"X","pid":1,"tid":13001,"ts":0.108,"dur":0.02,"name":"b [0]","cat":"compute","args":{"op":"b","inference":0}}
{"ph":"s","pid":1,"tid":12001,"ts":0.104,"id":2,"name":"wait","cat":"wait"}
{"ph":"f","bp":"e","pid":1,"tid":13001,"ts":0.108,"id":2,"name":"wait","cat":"wait"}
{"ph":"X","pid":1,"tid":14001,"ts":0.128,"dur":0.016,"name":"b.out [0]","cat":"output","args":{"op":"b","inference":0,"bytes":4,"memory":"dram"}}
{"ph":"X","pid":2,"tid":20001,"ts":0.128,"dur":0.016,"name":"b.out [0]","cat":"write","args":{"stream":0}}
{"ph":"X","pid":1,"tid":10001,"ts":0,"dur":0.144,"name":"inference 0","cat":"inference","args":{"latency_ps":144000,"drain_ps":16000}}
)");
  // dram: 16 B of weights, x (4 B, until a has read it), b.out (4 B, from step 1). a.out is live in
  // both steps.
  const Viewed viewed = view(run.json);
  using Samples = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(viewed.counters.at("dram occupancy (B)") == Samples{{0, 20}});
  CHECK(viewed.counters.at("sram occupancy (B)") == Samples{{0, 4}});
  CHECK(viewed.counters.at("llc occupancy (B)") == Samples{{0, 0}});
}

TEST_CASE("traces of random runs hold all their events", "[report][systemc]") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 11);
    const auto graph = std::make_shared<const Graph>(random_graph(rng, {1, 10, 512, 16}));
    const Chip chip = random_chip(rng);
    const Mode mode = random_mode(rng, chip);
    check(traced(lower(Problem(*graph, chip, mode)), random_mapping(rng, *graph, chip)));
  }
}

// resnet50 is without views, so that its steps are what the compute sequencer takes up.
TEST_CASE("a trace of resnet50 adds up to its latency and peaks", "[report][systemc]") {
  const Run run = traced_builtin("resnet50", {1, 12, 1});
  check(run);
  const Viewed viewed = view(run.json);
  const Program& p = run.program;
  const Occupancy filled = occupancy(p.problem, run.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    CHECK(viewed.largest(p.chip().memories[id].name + " occupancy (B)") == filled[id].peak.count());
    CHECK(viewed.counters.at(p.chip().memories[id].name + " occupancy (B)").back().second ==
          filled[id].final_bytes.count());
  }
}

// Of two streams only weights are held once.
TEST_CASE("a trace counts the bytes of all streams", "[report][systemc]") {
  const Run run = traced_builtin("resnet50", {2, 6, 1});
  check(run);
  const Viewed viewed = view(run.json);
  const Program& p = run.program;
  const Occupancy filled = occupancy(p.problem, run.mapping);
  for (const MemoryId id : p.chip().memories.ids()) {
    // Both begin at step 0 and end at the last.
    const auto& samples = viewed.counters.at(p.chip().memories[id].name + " occupancy (B)");
    CHECK(samples.front().second == filled[id].live.front().count());
    CHECK(samples.back().second == filled[id].final_bytes.count());
  }
}

TEST_CASE("a trace of bert-large adds up to its latency", "[report][systemc]") {
  check(traced_builtin("bert-large", {1, 12, 1}));
}

// The ops begun before the limit are shown tile by tile, the rest as one slice each; still without
// gaps, and still adding up.
TEST_CASE("a trace of many tiles goes on op by op", "[report][systemc]") {
  const std::size_t shown = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{200});
  const Run run = traced_builtin("resnet50", {2, 6, 2}, shown);
  CHECK(run.json.at("otherData").at("tiles") == run.recorder.computes.size());
  CHECK(run.json.at("otherData").at("tiles_shown") == shown);
  const Viewed viewed = view(run.json);
  check_arrows(viewed);
  std::size_t tiles = 0;
  std::map<std::string, std::int64_t> sums;  // of stream 0's first inference, by op
  for (const std::string process : {"stream 0", "stream 1"}) {
    std::int64_t until = 0;
    for (const Slice& s : viewed.slices.at(viewed.track(process, "compute"))) {
      REQUIRE(s.begin == until);
      until = s.end;
      tiles += s.category == "compute" ? 1U : 0U;
      if (s.category == "op") {
        std::int64_t sum = 0;
        for (const char* const part : {"compute_ps", "dispatch_ps", "wait_weights_ps",
                                       "wait_inputs_ps", "wait_output_slot_ps"}) {
          sum += s.args.at(part).get<std::int64_t>();
        }
        REQUIRE(sum == s.end - s.begin);
      }
      if (process == "stream 0" && s.args.at("inference") == 0) {
        sums[s.category == "op" ? s.name : s.args.at("op").get<std::string>()] += s.end - s.begin;
      }
    }
  }
  CHECK(tiles >= shown);
  CHECK(tiles < run.recorder.computes.size() / 2);
  for (const OpId id : run.program.graph().ops()) {
    const OpTiming& op = run.result.ops[id];
    CHECK(Picoseconds(sums[run.program.graph().op(id).name]) ==
          op.compute + op.dispatch + op.wait_weights + op.wait_inputs + op.wait_output_slot);
  }
}

TEST_CASE("a trace that cannot be written is one Error after the run", "[report][systemc]") {
  const Program program = two_ops();
  const Mapping mapping = uniform_mapping(program.problem, kDram);
  const RunHeader header{"0.0", "simulate", {}, {}, ""};
  CHECK_THROWS_WITH(PerfettoTrace("/no-such-directory/t.json", program, mapping, header, kAll),
                    "/no-such-directory/t.json: cannot write: No such file or directory");

  // More than the buffer holds, so that writing fails in the midst of the run.
  const auto graph = std::make_shared<const Graph>(load_workload("resnet50", DType::kInt8));
  const Chip chip = load_chip("nnpi");
  const Program resnet = lower(Problem(*graph, chip, {1, 12, 1}));
  const Mapping slow = uniform_mapping(Problem(*graph, chip), chip.slowest());
  PerfettoTrace trace("/dev/full", resnet, slow, header, kAll);
  SystemCSimulator simulator;
  const SimResult result = simulator.run(resnet, slow, &trace);
  CHECK(result == simulator.run(resnet, slow));
  CHECK_THROWS_WITH(trace.finish(result), "/dev/full: cannot write: No space left on device");
}

TEST_CASE("a trace that was not finished leaves no file", "[report]") {
  const TemporaryFile file;
  const Program program = two_ops();
  const Mapping mapping = uniform_mapping(program.problem, kDram);
  { const PerfettoTrace trace(file.path(), program, mapping, {}, kAll); }
  CHECK_FALSE(std::filesystem::exists(file.path()));
  const std::string name = std::filesystem::path(file.path()).filename().string();
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(file.path()).parent_path())) {
    CHECK(entry.path().filename().string().find(name) == std::string::npos);
  }
}

}  // namespace memplace::test
