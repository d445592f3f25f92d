// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/report/traced_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "report/run_header.h"
#include "report/trace/observers.h"
#include "report/trace/perfetto_trace.h"
#include "sim/feasible/occupancy.h"
#include "sim/systemc/systemc_simulator.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test::perfetto {
namespace {

// Times up to a second come back exactly from a double.
std::int64_t picoseconds(const Json& number) { return std::llround(number.get<double>() * 1e6); }

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
    arrow.name = name;
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

// The last wait for a move that ended by then.
const Slice& wait_for_move(const std::vector<Slice>& slices, std::int64_t until) {
  const auto found = std::find_if(slices.rbegin(), slices.rend(), [&](const Slice& s) {
    return s.end <= until && s.name == "wait move";
  });
  REQUIRE(found != slices.rend());
  return *found;
}

using Row = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t,
                       std::int64_t>;  // process, kind, name, begin, end, inference

// The slices of moves and their pieces: each from the first read posted to the last write arrived.
void add_moves(const Run& run, std::multiset<Row>& expected) {
  std::map<std::tuple<std::string, std::string, std::string, std::int64_t>,
           std::pair<std::int64_t, std::int64_t>>
      slices;
  for (const TransferEvent& e : run.recorder.transfers) {
    if (e.key.kind != RequestKind::kMove) {
      continue;
    }
    const std::string stream = fmt::format("stream {}", e.key.stream);
    const std::string& tensor = run.program.graph().tensor(TensorId(e.key.tile)).name;
    const std::string piece = fmt::format("{} [{}]", tensor, e.key.operand / 2);
    const auto inference = static_cast<std::int64_t>(e.key.position / run.program.ops.size());
    for (const auto& slice : {std::tuple(stream, std::string("move"), tensor, inference),
                              std::tuple(stream, std::string("piece"), piece, inference)}) {
      auto& [begin, end] =
          slices.emplace(slice, std::pair(e.posted.count(), e.arrived.count())).first->second;
      begin = std::min(begin, e.posted.count());
      end = std::max(end, e.arrived.count());
    }
    expected.emplace("memories", e.key.operand % 2 == 1 ? "write" : "read", piece,
                     e.granted.count(), e.served.count(), e.key.stream);
  }
  for (const auto& [slice, span] : slices) {
    const auto& [stream, kind, name, inference] = slice;
    expected.emplace(stream, kind, name, span.first, span.second, inference);
  }
}

// Every event the simulator told of is a slice, and there are no others.
void check_events(const Viewed& viewed, const Run& run) {
  std::multiset<Row> expected;
  add_moves(run, expected);
  const std::size_t ops = run.program.ops.size();
  for (const TransferEvent& e : run.recorder.transfers) {
    if (e.key.kind == RequestKind::kMove) {
      continue;
    }
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
    REQUIRE(sums[name]["wait move"] == op.wait_move.count());
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
  const Occupancy filled = occupancy(p.problem, run.mapping, run.plan);
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

}  // namespace

std::int64_t Viewed::largest(const std::string& counter) const {
  std::int64_t most = 0;
  for (const auto& [time, value] : counters.at(counter)) {
    most = std::max(most, value);
  }
  return most;
}

TrackId Viewed::track(const std::string& process, const std::string& thread) const {
  for (const auto& [id, name] : names) {
    if (name == thread && processes.at(id.first) == process) {
      return id;
    }
  }
  FAIL("no track " << process << " / " << thread);
  return {};
}

Run traced(Program program, Mapping mapping, MovePlan plan, std::size_t most_tiles) {
  const TemporaryFile file;
  Run run{std::move(program), std::move(mapping), std::move(plan), {}, {}, {}, {}};
  const RunHeader header{"0.0", "simulate", Json{{"chip", "toy"}}, {}, "memplace simulate x"};
  PerfettoTrace trace(file.path(), run.program, run.mapping, run.plan, header, most_tiles);
  Observers observers;
  observers.add(run.recorder);
  observers.add(trace);
  run.result = SystemCSimulator().run(run.program, run.plan, observers.or_null());
  CHECK_FALSE(std::filesystem::exists(file.path()));
  trace.finish(run.result);
  run.text = read_file(file.path());
  run.json = Json::parse(run.text);
  return run;
}

Run traced(Program program, const Mapping& mapping, std::size_t most_tiles) {
  return traced(std::move(program), mapping, MovePlan{mapping, {}}, most_tiles);
}

Run traced(const SimCase& c, std::size_t most_tiles) {
  return traced(lower(c), c.mapping, plan_of(c), most_tiles);
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

void check_arrows(const Viewed& viewed) {
  std::set<std::pair<TrackId, std::int64_t>> waits, fetches;  // that have no arrow yet
  for (const auto& [track, slices] : viewed.slices) {
    for (const Slice& slice : slices) {
      if (slice.category == "wait") {
        (slice.name == "wait move" ? fetches : waits).emplace(track, slice.end);
      }
    }
  }
  const std::set<std::string> readers_and_writers{"weight", "input", "output"};
  for (const auto& [id, arrow] : viewed.arrows) {
    std::int64_t end = arrow.end;
    REQUIRE(
        begins_at(viewed, arrow.to, end, [](const Slice& s) { return s.category == "compute"; }));
    if (arrow.name == "fetch") {
      const Slice& wait = wait_for_move(viewed.slices.at(arrow.to), end);
      end = wait.end;
      const std::string piece = wait.args.at("tensor").get<std::string>() + " [";
      REQUIRE(begins_at(viewed, arrow.from, arrow.begin, [&](const Slice& s) {
        return s.end == end && s.category == "piece" && s.name.starts_with(piece);
      }));
      REQUIRE(fetches.erase({arrow.to, end}) == 1);
    } else {
      REQUIRE(arrow.name == "wait");
      REQUIRE(begins_at(viewed, arrow.from, arrow.begin, [&](const Slice& s) {
        return s.end == end && readers_and_writers.contains(s.category);
      }));
      REQUIRE(waits.erase({arrow.to, end}) == 1);
    }
  }
  REQUIRE(waits.empty());
  REQUIRE(fetches.empty());
}

void check(const Run& run) {
  const Viewed viewed = view(run.json);
  check_arrows(viewed);
  check_events(viewed, run);
  check_sums(viewed, run);
  check_counters(viewed, run);
}
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
SimCase late_fetch(const std::string& after) {
  SimCase c;
  c.graph =
      std::make_shared<const Graph>(parse_graph_text("input x 4\n"
                                                     "a: grid(out=5,in=4) w=8 in=x out=4\n"
                                                     "b: grid(out=5,in=4) w=8 in=a out=4\n"));
  c.chip = toy_chip();
  c.chip.mover.piece = 4_B;
  c.mapping = uniform_mapping(Problem(*c.graph, c.chip), kDram);
  c.mapping[c.graph->find_tensor("a.weights").value()] = kSram;
  c.mapping[c.graph->find_tensor("a.out").value()] = kSram;
  settle(Problem(*c.graph, c.chip), c.mapping);
  c.moves = {{"b.weights", kLlc, after}};
  return c;
}

}  // namespace memplace::test::perfetto
