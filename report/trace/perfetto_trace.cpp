// SPDX-License-Identifier: Apache-2.0
#include "report/trace/perfetto_trace.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/rates.h"
#include "report/trace/observers.h"

namespace memplace {
namespace {

// Threads of process p are numbered from p x kThreadsPerProcess, those of a row that overlaps from
// a multiple of kThreadsPerRow. A row has at most as many lanes as one sequencer has requests on
// their way, some hundreds.
constexpr std::uint32_t kThreadsPerRow = 1000;
constexpr std::uint32_t kThreadsPerProcess = 10 * kThreadsPerRow;

Json metadata(const Program& program, const RunHeader& header, std::size_t most_tiles) {
  Json json = begin_json(header);
  const std::size_t tiles = tiles_of_run(program);
  json["tiles"] = tiles;
  json["tiles_shown"] = std::min(tiles, most_tiles);
  return json;
}

std::uint32_t row_thread(std::uint32_t process, std::size_t row) {
  return process * kThreadsPerProcess + static_cast<std::uint32_t>(row) * kThreadsPerRow + 1;
}

// As slice_name() has them.
constexpr std::array<std::string_view, 3> kWaitNames{
    ",\"name\":\"wait weights", ",\"name\":\"wait inputs", ",\"name\":\"wait output slot"};
constexpr std::string_view kWaitMoveName = ",\"name\":\"wait move";
constexpr std::string_view kDispatchName = ",\"name\":\"dispatch";

// As slice_kind() has them.
constexpr std::string_view kReadKind = "\",\"cat\":\"read\",\"args\":{\"stream\":";
constexpr std::string_view kWriteKind = "\",\"cat\":\"write\",\"args\":{\"stream\":";
constexpr std::string_view kOpKind = "\",\"cat\":\"op\",\"args\":{\"inference\":";

// Characters of the numbers among a slice's arguments, with their keys.
constexpr std::size_t kArgsSize = 300;

// What law 8 charges the compute sequencer's idle time before the tile to, as if nothing moved.
RequestKind awaited_kind(const ComputeEvent& event) {
  if (event.weights_ready == event.begin) {
    return RequestKind::kWeight;
  }
  return event.inputs_ready == event.begin ? RequestKind::kInput : RequestKind::kOutput;
}

// What the network's file calls the op, as an argument; nothing where it came from none.
std::string origin_arg(const Graph& graph, OpId op) {
  const auto names = graph.origin(op);
  return names.empty() ? "" : fmt::format("\"origin\":\"{}\",", json_escaped(names.front()));
}

// Time a request stood in its channel's queue, also again after a burst.
Picoseconds queued(const TransferEvent& event, const Memory& memory, const Mode& mode) {
  if (!memory.max_burst || event.bytes <= *memory.max_burst) {
    return event.granted - event.posted;
  }
  const MemoryInstances view = instances_of(memory, mode);
  const Bandwidth rate = event.key.is_write() ? view.write_bandwidth : view.read_bandwidth;
  const std::int64_t bursts = event.bytes.count() / memory.max_burst->count();
  const Bytes rest = event.bytes - *memory.max_burst * bursts;
  return event.served - event.posted - transfer_time(*memory.max_burst, rate) * bursts -
         transfer_time(rest, rate);
}

}  // namespace

PerfettoTrace::PerfettoTrace(const std::string& path, const Program& program, const Mapping& homes,
                             const MovePlan& plan, const RunHeader& header, std::size_t most_tiles)
    : program_(program),
      tiles_left_(most_tiles),
      events_(path, metadata(program, header, most_tiles)),
      moves_(program, plan.moves),
      live_bytes_(program, homes, plan,
                  [this](MemoryId memory, std::size_t instance, Picoseconds time, Bytes bytes) {
                    events_.counter(memory_process(), memories_[memory][instance].occupancy, time,
                                    bytes.count());
                  }) {
  for (const TensorId tensor : program.graph().tensors()) {
    tensor_names_.push_back(slice_name(json_escaped(program.graph().tensor(tensor).name)));
  }
  add_ops();
  add_moves();
  while (streams_.size() < static_cast<std::size_t>(program.mode().streams)) {
    add_stream();
  }
  add_memories();
  live_bytes_.begin();
}

void PerfettoTrace::add_ops() {
  const Graph& graph = program_.graph();
  for (const OpId op : graph.ops()) {
    const std::string name = json_escaped(graph.op(op).name);
    const std::string args =
        fmt::format("\"op\":\"{}\",{}\"inference\":", name, origin_arg(graph, op));
    OpTexts texts{slice_name(name), {}, {}, {}, {}};
    for (const RequestKind kind :
         {RequestKind::kWeight, RequestKind::kInput, RequestKind::kOutput}) {
      texts.requests[static_cast<std::size_t>(kind)] = slice_kind(name_of(kind), args);
    }
    texts.dispatch = slice_kind("dispatch", args);
    texts.wait = slice_kind("wait", args);
    texts.compute = slice_kind("compute", args);
    op_texts_.push_back(std::move(texts));
  }
}

void PerfettoTrace::add_moves() {
  const Graph& graph = program_.graph();
  const auto quoted_name = [](const std::string& name) { return '"' + json_escaped(name) + '"'; };
  for (const Move& move : moves_.moves()) {
    const std::string args =
        fmt::format("\"op\":{},\"inference\":", quoted_name(graph.op(move.first_op).name));
    MoveTexts texts{
        slice_kind("move", args), slice_kind("piece", args),
        fmt::format(",\"from\":{},\"to\":{}", quoted_name(program_.chip().memories[move.from].name),
                    quoted_name(program_.chip().memories[move.to].name)),
        fmt::format(",\"tensor\":{}", quoted_name(graph.tensor(move.tensor).name))};
    if (move.after.has_value()) {
      texts.move = slice_kind(
          "move", fmt::format("\"after\":{},{}", quoted_name(graph.op(*move.after).name), args));
    }
    move_texts_.push_back(std::move(texts));
  }
}

void PerfettoTrace::add_stream() {
  const auto process = static_cast<std::uint32_t>(streams_.size()) + 1;
  events_.name_process(process, fmt::format("stream {}", streams_.size()));
  StreamTracks stream;
  stream.inferences = {process, row_thread(process, 0)};
  stream.requests[0] = {process, row_thread(process, 1), "weight reader", {}, {}};
  stream.requests[1] = {process, row_thread(process, 2), "input reader", {}, {}};
  stream.compute = {process, row_thread(process, 3)};
  stream.compute_start = slice_start(stream.compute);
  stream.requests[2] = {process, row_thread(process, 4), "output writer", {}, {}};
  stream.moves = {process, row_thread(process, 5), "moves", {}, {}};
  stream.mover = {process, row_thread(process, 6), "mover", {}, {}};
  stream.last_compute.resize(static_cast<std::size_t>(program_.mode().inferences));
  if (tiles_left_ == 0) {
    stream.end_detail = 0;
  }
  events_.name_thread(stream.inferences, "inferences");
  events_.name_thread(stream.compute, "compute");
  streams_.push_back(std::move(stream));
}

void PerfettoTrace::add_memories() {
  const std::uint32_t process = memory_process();
  events_.name_process(process, "memories");
  std::size_t row = 0;
  for (const Memory& memory : program_.chip().memories) {
    const std::size_t instances = instances_of(memory, program_.mode()).instances;
    const std::string name = json_escaped(memory.name);
    memory_args_.push_back(fmt::format(",\"memory\":\"{}\"", name));
    std::vector<MemoryTracks> tracks(instances);
    for (std::size_t i = 0; i < instances; ++i) {
      const std::string label =
          memory.scope == Scope::kEngine ? fmt::format("{}[{}]", name, i) : name;
      tracks[i].occupancy = label + " occupancy (B)";
      tracks[i].bandwidth = label + " bandwidth (B/s)";
      const bool split = memory.channels == Channels::kSplit;
      tracks[i].channels[0] = {
          process, row_thread(process, row++), label + (split ? " r" : ""), {}, {}};
      if (split) {
        tracks[i].channels[1] = {process, row_thread(process, row++), label + " w", {}, {}};
      }
    }
    memories_.push_back(std::move(tracks));
  }
}

std::size_t PerfettoTrace::lane_of(Row& row, Picoseconds begin, Picoseconds end) {
  const std::size_t known = row.lanes.size();
  const std::size_t lane = row.lanes.add(begin, end);
  if (lane == known) {
    const Track track{row.process, row.first_thread + static_cast<std::uint32_t>(lane)};
    events_.name_thread(track, lane == 0 ? row.name : fmt::format("{} +{}", row.name, lane));
    row.starts.push_back(slice_start(track));
  }
  return lane;
}

TensorId PerfettoTrace::tensor_of(const RequestKey& key) const {
  const LoweredOp& op = program_.ops[key.position % program_.ops.size()];
  switch (key.kind) {
    case RequestKind::kWeight:
      return op.weights;
    case RequestKind::kInput:
      return op.operands[key.operand];
    case RequestKind::kMove:
      return TensorId(key.tile);
    case RequestKind::kOutput:
      break;
  }
  return op.output;
}

void PerfettoTrace::on_transfer(const TransferEvent& event) {
  memories_[event.memory][event.instance].windows.add(event.granted, event.served, event.bytes);
  if (event.key.kind == RequestKind::kMove) {
    on_piece(event);
    return;
  }
  StreamTracks& stream = streams_[event.key.stream];
  if (event.key.position < stream.end_detail) {
    stream.end_position = std::max(stream.end_position, event.key.position + 1);
    write_request(event);
  }
}

void PerfettoTrace::write_request(const TransferEvent& event) {
  const RequestKey& key = event.key;
  StreamTracks& stream = streams_[key.stream];
  const Memory& memory = program_.chip().memories[event.memory];
  const auto ops = static_cast<std::uint32_t>(program_.ops.size());
  const std::uint32_t step = key.position % ops;
  const std::string& name = tensor_names_[tensor_of(key).index()];
  const std::int64_t tile = key.tile - program_.ops[step].first_tile;
  const auto kind = static_cast<std::size_t>(key.kind);
  Row& row = stream.requests[kind];
  const std::size_t lane = lane_of(row, event.posted, event.arrived);
  const std::string& memory_arg = memory_args_[event.memory];
  events_.begin_slice(row.starts[lane], event.posted, event.arrived, name, tile,
                      op_texts_[step].requests[kind], kArgsSize + memory_arg.size());
  events_.arg(key.position / ops);
  events_.arg(",\"bytes\":", event.bytes.count());
  if (const Picoseconds waited = queued(event, memory, program_.mode()); waited > Picoseconds(0)) {
    events_.arg(",\"queued_ps\":", waited.count());
  }
  events_.args(memory_arg);
  events_.end_slice();
  stream.arrivals.push_back({key,
                             event.posted,
                             event.arrived,
                             {row.process, row.first_thread + static_cast<std::uint32_t>(lane)}});
  write_service(event, name, tile);
}

void PerfettoTrace::write_service(const TransferEvent& event, std::string_view name,
                                  std::int64_t index) {
  if (event.bytes == Bytes(0)) {
    return;
  }
  const bool is_write = event.key.is_write();
  const bool split = program_.chip().memories[event.memory].channels == Channels::kSplit;
  MemoryTracks& tracks = memories_[event.memory][event.instance];
  Row& channel = tracks.channels[is_write && split ? std::size_t{1} : 0];
  const std::size_t turn = lane_of(channel, event.granted, event.served);
  events_.begin_slice(channel.starts[turn], event.granted, event.served, name, index,
                      is_write ? kWriteKind : kReadKind, kArgsSize);
  events_.arg(event.key.stream);
  events_.end_slice();
}

void PerfettoTrace::on_piece(const TransferEvent& event) {
  const std::optional<std::size_t> move = moves_.move_of(event.key);
  if (!move.has_value()) {
    return;
  }
  const std::optional<HeardMoves::Span> span = moves_.hear(event, *move);
  // Fetched long before their op begins, pieces do not count as its beginning.
  if (StreamTracks& stream = streams_[event.key.stream]; event.key.position < stream.end_detail) {
    write_service(event, tensor_names_[event.key.tile], event.key.operand / 2);
    if (event.key.is_write()) {
      const auto read =
          std::find_if(stream.copying.begin(), stream.copying.end(), [&](const TransferEvent& e) {
            return e.key.tile == event.key.tile && e.key.operand + 1 == event.key.operand;
          });
      write_piece(*read, event, *move);
      stream.copying.erase(read);
    } else {
      stream.copying.push_back(event);
    }
  }
  if (span.has_value()) {
    write_move(event, *move, *span);
  }
}

void PerfettoTrace::write_piece(const TransferEvent& read, const TransferEvent& write,
                                std::size_t move) {
  StreamTracks& stream = streams_[write.key.stream];
  const MoveTexts& texts = move_texts_[move];
  const std::size_t lane = lane_of(stream.mover, read.posted, write.arrived);
  events_.begin_slice(stream.mover.starts[lane], read.posted, write.arrived,
                      tensor_names_[write.key.tile], write.key.operand / 2, texts.piece,
                      kArgsSize + texts.args.size());
  events_.arg(write.key.position / static_cast<std::uint32_t>(program_.ops.size()));
  events_.arg(",\"bytes\":", write.bytes.count());
  events_.arg(",\"read_ps\":", (read.arrived - read.posted).count());
  const auto arg_queued = [&](const auto& key, const TransferEvent& event) {
    const Memory& memory = program_.chip().memories[event.memory];
    const Picoseconds waited = queued(event, memory, program_.mode());
    if (waited > Picoseconds(0)) {
      events_.arg(key, waited.count());
    }
  };
  arg_queued(",\"read_queued_ps\":", read);
  arg_queued(",\"write_queued_ps\":", write);
  events_.args(texts.args);
  events_.end_slice();
  stream.arrivals.push_back(
      {write.key,
       read.posted,
       write.arrived,
       {stream.mover.process, stream.mover.first_thread + static_cast<std::uint32_t>(lane)}});
}

void PerfettoTrace::write_move(const TransferEvent& last, std::size_t move,
                               const HeardMoves::Span& span) {
  Row& row = streams_[last.key.stream].moves;
  const MoveTexts& texts = move_texts_[move];
  const std::size_t lane = lane_of(row, span.begin, span.end);
  events_.begin_slice(row.starts[lane], span.begin, span.end, tensor_names_[last.key.tile],
                      TraceEvents::kNoIndex, texts.move, kArgsSize + texts.args.size());
  events_.arg(last.key.position / static_cast<std::uint32_t>(program_.ops.size()));
  events_.arg(",\"bytes\":", moves_.moves()[move].bytes.count());
  events_.args(texts.args);
  events_.end_slice();
}

void PerfettoTrace::on_compute(const ComputeEvent& event) {
  const auto ops = static_cast<std::uint32_t>(program_.ops.size());
  const std::uint32_t step = event.position % ops;
  StreamTracks& stream = streams_[event.stream];
  if (event.tile == program_.ops[step].first_tile) {
    live_bytes_.take_up(event.stream, step, event.ready - program_.ops[step].dispatch);
  }
  const bool last = event.tile + 1 == program_.tiles.size() &&
                    event.position / ops + 1 == stream.last_compute.size();
  live_bytes_.passed(event.stream, last ? LiveBytesOverTime::kNever : event.end);
  stream.last_compute[event.position / ops] = event.end;

  if (event.position >= stream.end_detail) {
    sum_up(event);
    return;
  }
  stream.end_position = std::max(stream.end_position, event.position + 1);
  write_tile(event);
  count_tile();
  // Later tiles begin at event.end or after, so they waited for nothing that arrived before.
  const auto kept = std::find_if(stream.arrivals.begin(), stream.arrivals.end(),
                                 [&](const Arrival& a) { return a.arrived >= event.end; });
  stream.arrivals.erase(stream.arrivals.begin(), kept);
}

void PerfettoTrace::count_tile() {
  if (tiles_left_ > 0 && --tiles_left_ == 0) {
    for (StreamTracks& stream : streams_) {
      stream.end_detail = stream.end_position;
    }
  }
}

void PerfettoTrace::write_tile(const ComputeEvent& event) {
  const std::size_t step = event.position % program_.ops.size();
  const LoweredOp& op = program_.ops[step];
  const OpTexts& texts = op_texts_[step];
  if (event.tile == op.first_tile && op.dispatch > Picoseconds(0)) {
    write_compute(event, event.ready - op.dispatch, event.ready, kDispatchName,
                  TraceEvents::kNoIndex, texts.dispatch);
  }
  const RequestKind kind = awaited_kind(event);
  const std::optional<HeardMoves::Wait> fetch = moves_.wait(event, kind);
  const Picoseconds fetched = fetch.has_value() ? fetch->until : event.ready;
  if (fetch.has_value()) {
    write_compute(event, event.ready, fetched, kWaitMoveName, TraceEvents::kNoIndex, texts.wait,
                  move_texts_[fetch->move].wait_arg);
  }
  const bool waited = event.begin > fetched;
  if (waited) {
    write_compute(event, fetched, event.begin, kWaitNames[static_cast<std::size_t>(kind)],
                  TraceEvents::kNoIndex, texts.wait);
  }
  write_compute(event, event.begin, event.end, texts.name, event.tile - op.first_tile,
                texts.compute);
  if (fetch.has_value()) {
    write_arrow(awaited(event, *fetch), event, "fetch");
  }
  if (waited) {
    write_arrow(awaited(event, kind), event, "wait");
  }
}

void PerfettoTrace::write_arrow(const Arrival* source, const ComputeEvent& event,
                                std::string_view name) {
  if (source != nullptr) {
    events_.arrow(source->track, source->posted, streams_[event.stream].compute, event.begin, name);
  }
}

void PerfettoTrace::write_compute(const ComputeEvent& event, Picoseconds begin, Picoseconds end,
                                  std::string_view name, std::int64_t index, std::string_view kind,
                                  std::string_view last_arg) {
  const auto ops = static_cast<std::uint32_t>(program_.ops.size());
  events_.begin_slice(streams_[event.stream].compute_start, begin, end, name, index, kind,
                      kArgsSize + last_arg.size());
  events_.arg(event.position / ops);
  if (index == TraceEvents::kNoIndex) {
    events_.arg(",\"tile\":", event.tile - program_.ops[event.position % ops].first_tile);
  }
  events_.args(last_arg);
  events_.end_slice();
}

void PerfettoTrace::sum_up(const ComputeEvent& event) {
  const std::size_t step = event.position % program_.ops.size();
  const LoweredOp& op = program_.ops[step];
  StreamTracks& stream = streams_[event.stream];
  OpSum& sum = stream.sum;
  if (event.tile == op.first_tile) {
    sum = {};
    sum.begin = event.ready - op.dispatch;
  }
  sum.compute += event.end - event.begin;
  const RequestKind kind = awaited_kind(event);
  const std::optional<HeardMoves::Wait> fetch = moves_.wait(event, kind);
  const Picoseconds fetched = fetch.has_value() ? fetch->until : event.ready;
  sum.wait_move += fetched - event.ready;
  sum.waits[static_cast<std::size_t>(kind)] += event.begin - fetched;
  if (event.tile + 1 == op.end_tile) {
    events_.begin_slice(stream.compute_start, sum.begin, event.end, op_texts_[step].name,
                        TraceEvents::kNoIndex, kOpKind, kArgsSize);
    events_.arg(event.position / static_cast<std::uint32_t>(program_.ops.size()));
    events_.arg(",\"tiles\":", op.end_tile - op.first_tile);
    events_.arg(",\"compute_ps\":", sum.compute.count());
    events_.arg(",\"dispatch_ps\":", op.dispatch.count());
    events_.arg(",\"wait_weights_ps\":", sum.waits[0].count());
    events_.arg(",\"wait_inputs_ps\":", sum.waits[1].count());
    events_.arg(",\"wait_move_ps\":", sum.wait_move.count());
    events_.arg(",\"wait_output_slot_ps\":", sum.waits[2].count());
    events_.end_slice();
  }
}

void PerfettoTrace::finish(const SimResult& result) {
  live_bytes_.finish();
  for (std::vector<MemoryTracks>& instances : memories_) {
    for (MemoryTracks& tracks : instances) {
      const std::size_t windows = tracks.windows.windows().size();
      for (std::size_t i = 0; i < windows; ++i) {
        events_.counter(memory_process(), tracks.bandwidth,
                        tracks.windows.width() * static_cast<std::int64_t>(i),
                        tracks.windows.bytes_per_second(i, result.makespan));
      }
      const Picoseconds last = tracks.windows.width() * static_cast<std::int64_t>(windows);
      events_.counter(memory_process(), tracks.bandwidth, std::min(last, result.makespan), 0);
    }
  }
  const auto inferences = static_cast<std::size_t>(program_.mode().inferences);
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    Picoseconds begin;
    for (std::size_t i = 0; i < inferences; ++i) {
      const Picoseconds end = result.completions[s * inferences + i];
      const std::string kind = slice_kind(
          "inference", fmt::format("\"latency_ps\":{},\"drain_ps\":{}", (end - begin).count(),
                                   (end - streams_[s].last_compute[i]).count()));
      events_.begin_slice(slice_start(streams_[s].inferences), begin, end,
                          slice_name(fmt::format("inference {}", i)), TraceEvents::kNoIndex, kind,
                          0);
      events_.end_slice();
      begin = end;
    }
  }
  events_.commit();
}

const PerfettoTrace::Arrival* PerfettoTrace::awaited(const ComputeEvent& event,
                                                     RequestKind kind) const {
  const LoweredOp& op = program_.ops[event.position % program_.ops.size()];
  const Tile& tile = program_.tiles[event.tile];
  if (kind == RequestKind::kInput && op.operands.empty()) {
    kind = RequestKind::kOutput;  // it waited for a producer's or an inference's last write
  }
  const std::uint32_t first_tile =
      kind == RequestKind::kWeight  ? program_.chunks[tile.chunk].first_tile
      : kind == RequestKind::kInput ? program_.blocks[tile.block].first_tile
                                    : 0;
  const std::vector<Arrival>& arrivals = streams_[event.stream].arrivals;
  const auto found = std::find_if(arrivals.rbegin(), arrivals.rend(), [&](const Arrival& a) {
    return a.key.kind == kind && a.arrived == event.begin &&
           (kind == RequestKind::kOutput ||
            (a.key.position == event.position && a.key.tile == first_tile));
  });
  return found == arrivals.rend() ? nullptr : &*found;
}

const PerfettoTrace::Arrival* PerfettoTrace::awaited(const ComputeEvent& event,
                                                     const HeardMoves::Wait& wait) const {
  const TensorId tensor = moves_.moves()[wait.move].tensor;
  const std::vector<Arrival>& arrivals = streams_[event.stream].arrivals;
  const auto found = std::find_if(arrivals.rbegin(), arrivals.rend(), [&](const Arrival& a) {
    return a.key.kind == RequestKind::kMove && a.key.tile == tensor.index() &&
           a.arrived == wait.until;
  });
  return found == arrivals.rend() ? nullptr : &*found;
}

}  // namespace memplace
