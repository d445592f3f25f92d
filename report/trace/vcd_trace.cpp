// SPDX-License-Identifier: Apache-2.0
#include "report/trace/vcd_trace.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace memplace {
namespace {

constexpr int kCountBits = 32;
constexpr int kByteBits = 64;
constexpr std::size_t kMostLine = 100;  // characters of a value or a time

// The code that stands for a signal in the dump: its number in printable characters.
std::string code(std::uint32_t index) {
  constexpr std::uint32_t kFirst = '!';
  constexpr std::uint32_t kCharacters = '~' - '!' + 1;
  std::string text;
  do {
    text += static_cast<char>(kFirst + index % kCharacters);
    index /= kCharacters;
  } while (index > 0);
  return text;
}

// A name as VCD's grammar has it: no white space. '.' would look like a scope and '[' like a bit.
std::string identifier(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    c = plain ? c : '_';
  }
  return text;
}

}  // namespace

VcdTrace::VcdTrace(const std::string& path, const Program& program, std::span<const Move> moves,
                   const RunHeader& header, std::size_t most_tiles, std::size_t many_changes)
    : program_(program),
      moves_(program, moves),
      tiles_left_(most_tiles),
      file_(path),
      many_(many_changes) {
  for (std::int64_t i = 0; i < program.mode().streams; ++i) {
    add_stream(fmt::format("stream_{}", i));
  }
  add_memories();
  add_frontiers();
  if (most_tiles == 0) {
    end_ = Picoseconds(0);
  }
  write_head(header);
}

void VcdTrace::add_stream(const std::string& scope) {
  StreamSignals stream;
  stream.op = add(scope, "op", kCountBits);
  stream.inference = add(scope, "inference", kCountBits);
  stream.state = add(scope, "state", 2);
  stream.outstanding = add(scope, "weights_outstanding", kCountBits);
  add(scope, "inputs_outstanding", kCountBits);
  add(scope, "outputs_outstanding", kCountBits);
  stream.input_slots = add(scope, "input_slots", kCountBits);
  stream.output_slots = add(scope, "output_slots", kCountBits);
  stream.weight_space = add(scope, "weight_space", kByteBits);
  if (!moves_.moves().empty()) {
    stream.moves = add(scope, "moves", kCountBits);
    stream.mover_pieces = add(scope, "mover_pieces", kCountBits);
    stream.mover_move = add(scope, "mover_move", kCountBits);
    stream.mover_bytes = add(scope, "mover_bytes", kByteBits);
  }
  streams_.push_back(stream);
}

void VcdTrace::add_memories() {
  for (const Memory& memory : program_.chip().memories) {
    std::vector<std::uint32_t> channels;
    const std::size_t instances = instances_of(memory, program_.mode()).instances;
    for (std::size_t i = 0; i < instances; ++i) {
      const std::string instance = memory.scope == Scope::kEngine
                                       ? fmt::format("{}_{}", identifier(memory.name), i)
                                       : identifier(memory.name);
      const auto add_channel = [&](const std::string& name) {
        channels.push_back(add("memories", name + "_busy", 1));
        add("memories", name + "_queue", kCountBits);
      };
      if (memory.channels == Channels::kSplit) {
        add_channel(instance + "_read");
        add_channel(instance + "_write");
      } else {
        add_channel(instance);
        channels.push_back(channels.back());
      }
    }
    channels_.push_back(std::move(channels));
  }
}

void VcdTrace::add_frontiers() {
  first_input_.resize(program_.blocks.size());
  for (const LoweredOp& op : program_.ops) {
    for (std::uint32_t block = op.first_block; block < op.end_block; ++block) {
      first_input_[block] = inputs_;
      inputs_ +=
          std::max(op.operands.size(), std::size_t{1});  // without operands: on_compute tells
    }
  }
  const auto inferences = static_cast<std::size_t>(program_.mode().inferences);
  const StreamFrontier frontier{
      {Frontier(inferences * program_.chunks.size()), Frontier(inferences * inputs_),
       Frontier(inferences * program_.tiles.size())},
      Picoseconds(0),
      MoverFrontier(program_, moves_.moves())};
  frontiers_ = std::vector<StreamFrontier>(streams_.size(), frontier);
}

std::uint32_t VcdTrace::add(std::string scope, std::string name, int bits) {
  const auto index = static_cast<std::uint32_t>(signals_.size());
  signals_.push_back({std::move(scope), std::move(name), bits, code(index) + '\n', 0, 0});
  return index;
}

void VcdTrace::set(Picoseconds time, std::uint32_t signal, std::int64_t value) {
  changes_.push_back({time, signal, true, false, value});
}

void VcdTrace::change(Picoseconds time, std::uint32_t signal, std::int64_t amount) {
  changes_.push_back({time, signal, false, false, amount});
}

void VcdTrace::count(Picoseconds begin, Picoseconds end, std::uint32_t signal) {
  if (begin < end) {
    change(begin, signal, 1);
    change(end, signal, -1);
  }
}

void VcdTrace::on_transfer(const TransferEvent& event) {
  const RequestKey& key = event.key;
  if (key.kind == RequestKind::kMove) {
    on_piece(event);
    return;
  }
  if (key.kind == RequestKind::kOutput) {
    frontiers_[key.stream].mover.hear_output(event);
  }
  if (event.posted > end_) {
    return;
  }
  const StreamSignals& stream = streams_[key.stream];
  hear(key, event.posted);
  count(event.posted, event.arrived, stream.outstanding + static_cast<std::uint32_t>(key.kind));
  count_service(event);

  // What the request took; on_compute gives staging back.
  const Tile& tile = program_.tiles[key.tile];
  switch (key.kind) {
    case RequestKind::kWeight:
      change(event.posted, stream.weight_space, program_.chunks[tile.chunk].space.count());
      break;
    case RequestKind::kInput:
      if (key.operand == 0) {
        change(event.posted, stream.input_slots, 1);
      }
      break;
    case RequestKind::kOutput:
      change(event.arrived, stream.output_slots, -1);
      break;
    case RequestKind::kMove:
      break;
  }
  thin_out();
}

void VcdTrace::count_service(const TransferEvent& event) {
  const std::uint32_t channel =
      channels_[event.memory][std::size_t{2} * event.instance + (event.key.is_write() ? 1U : 0U)];
  count(event.granted, event.served, channel);
  count(event.posted, event.granted, channel + 1);
}

void VcdTrace::on_piece(const TransferEvent& event) {
  const std::optional<std::size_t> move = moves_.move_of(event.key);
  if (!move.has_value()) {
    return;
  }
  frontiers_[event.key.stream].mover.hear_piece(event, *move);
  const std::optional<HeardMoves::Span> span = moves_.hear(event, *move);
  const bool is_write = event.key.is_write();
  const Picoseconds taken = event.posted - program_.chip().mover.overhead;
  if ((is_write ? event.posted : taken) > end_) {
    return;
  }
  const StreamSignals& stream = streams_[event.key.stream];
  count_service(event);
  if (is_write) {
    change(event.arrived, stream.mover_pieces, -1);
    change(event.arrived, stream.mover_bytes, event.bytes.count());
    if (span.has_value()) {
      change(event.arrived, stream.moves, -1);
    }
  } else {
    change(taken, stream.mover_pieces, 1);
    // At an instant places are taken in the order of moves, but heard of in another.
    changes_.push_back({taken, stream.mover_move, true, true, static_cast<std::int64_t>(*move)});
    if (event.key.operand == 0) {
      change(event.posted, stream.moves, 1);
    }
  }
  thin_out();
}

void VcdTrace::on_compute(const ComputeEvent& event) {
  frontiers_[event.stream].mover.hear_compute(event);
  const StreamSignals& stream = streams_[event.stream];
  const auto ops = static_cast<std::uint32_t>(program_.ops.size());
  const LoweredOp& op = program_.ops[event.position % ops];
  const Tile& tile = program_.tiles[event.tile];
  // A block without operands may have its slot long before its op is taken up.
  if (std::min(event.ready - op.dispatch, event.inputs_ready) > end_) {
    return;
  }
  if (tiles_left_ > 0 && --tiles_left_ == 0) {
    end_ = event.end;
  }
  const auto set_state = [&](Picoseconds time, ComputeState state) {
    set(time, stream.state, static_cast<std::int64_t>(state));
  };

  if (event.tile == op.first_tile) {
    const Picoseconds taken_up = event.ready - op.dispatch;
    set(taken_up, stream.op, event.position % ops);
    set(taken_up, stream.inference, event.position / ops);
    set_state(taken_up, ComputeState::kDispatching);
  }
  set_state(event.ready, ComputeState::kWaiting);
  set_state(event.begin, ComputeState::kComputing);
  const bool last = event.tile + 1 == program_.tiles.size() &&
                    event.position / ops + 1 == program_.mode().inferences;
  if (last) {
    set_state(event.end, ComputeState::kFinished);
  }

  change(event.begin, stream.output_slots, 1);
  const InputBlock& block = program_.blocks[tile.block];
  if (op.operands.empty() && event.tile == block.first_tile) {
    // No request told of it.
    change(event.inputs_ready, stream.input_slots, 1);
    hear({RequestKind::kInput, event.stream, event.position, event.tile, 0}, event.inputs_ready);
  }
  if (event.tile == block.last_tile) {
    change(event.end, stream.input_slots, -1);
  }
  if (op.first_chunk != op.end_chunk && event.tile == program_.chunks[tile.chunk].last_tile) {
    change(event.end, stream.weight_space, -program_.chunks[tile.chunk].space.count());
  }
  frontiers_[event.stream].compute = last ? Frontier::kNever : event.end;
  thin_out();
}

void VcdTrace::hear(const RequestKey& key, Picoseconds posted) {
  const std::size_t inference = key.position / program_.ops.size();
  const Tile& tile = program_.tiles[key.tile];
  std::size_t index = 0;
  switch (key.kind) {
    case RequestKind::kWeight:
      index = inference * program_.chunks.size() + tile.chunk;
      break;
    case RequestKind::kInput:
      index = inference * inputs_ + first_input_[tile.block] + key.operand;
      break;
    case RequestKind::kOutput:
      index = inference * program_.tiles.size() + key.tile;
      break;
    case RequestKind::kMove:
      return;
  }
  frontiers_[key.stream].requests[static_cast<std::size_t>(key.kind)].hear(index, posted);
}

void VcdTrace::thin_out() {
  if (changes_.size() < next_look_) {
    return;
  }
  most_waiting_ = std::max(most_waiting_, changes_.size());
  Picoseconds known = Frontier::kNever;
  for (const StreamFrontier& stream : frontiers_) {
    known = std::min({known, stream.compute, stream.mover.time()});
    for (const Frontier& requests : stream.requests) {
      known = std::min(known, requests.time());
    }
  }
  write_until(known);
  next_look_ = 2 * changes_.size() + many_;
}

void VcdTrace::write_until(Picoseconds time) {
  const auto later = std::stable_partition(changes_.begin(), changes_.end(),
                                           [&](const Change& c) { return c.time < time; });
  // Stable: what a compute sequencer does within an instant stays in its order.
  std::stable_sort(changes_.begin(), later);
  const auto count = static_cast<std::size_t>(later - changes_.begin());
  for (std::size_t begin = 0, end = 0; begin < count && changes_[begin].time <= end_; begin = end) {
    while (end < count && changes_[end].time == changes_[begin].time) {
      ++end;
    }
    write_group(begin, end);
  }
  changes_.erase(changes_.begin(), later);
}

// The changes [begin, end) are all those of an instant.
void VcdTrace::write_group(std::size_t begin, std::size_t end) {
  const Picoseconds time = changes_[begin].time;
  if (now_ < Picoseconds(0) && time > Picoseconds(0)) {
    write_first_values();
  }
  changed_.clear();
  for (std::size_t i = begin; i < end; ++i) {
    const Change& change = changes_[i];
    std::int64_t& value = signals_[change.signal].value;
    value = change.absolute ? change.value : value + change.value;
    changed_.push_back(change.signal);
  }
  if (time == Picoseconds(0)) {
    write_first_values();
    return;
  }
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const std::uint32_t i : changed_) {
    Signal& signal = signals_[i];
    if (signal.value != signal.written) {
      if (now_ < time) {
        now_ = time;
        write_time(time);
      }
      write_value(signal);
    }
  }
}

// The values at time 0, with what changes then.
void VcdTrace::write_first_values() {
  now_ = Picoseconds(0);
  write_time(now_);
  file_.reserve(kMostLine);
  file_.put("$dumpvars\n");
  for (Signal& signal : signals_) {
    write_value(signal);
  }
  file_.reserve(kMostLine);
  file_.put("$end\n");
}

void VcdTrace::finish(const SimResult& result) {
  write_until(Frontier::kNever);
  if (now_ < Picoseconds(0)) {
    write_first_values();
  }
  const Picoseconds end = std::min(end_, result.makespan);
  if (now_ < end) {
    write_time(end);
  }
  file_.commit();
}

void VcdTrace::write_head(const RunHeader& header) {
  // "$end" would end the comment.
  std::string again = header.again;
  for (std::size_t at = again.find("$end"); at != std::string::npos; at = again.find("$end")) {
    again.replace(at, 1, "_");
  }
  std::string head = fmt::format(
      "$version memplace {} $end\n$comment {} $end\n$timescale 1 ps $end\n", header.version, again);
  head += "$scope module memplace $end\n";
  std::string scope;
  for (std::uint32_t i = 0; i < signals_.size(); ++i) {
    const Signal& signal = signals_[i];
    if (signal.scope != scope) {
      head += scope.empty() ? "" : "$upscope $end\n";
      head += fmt::format("$scope module {} $end\n", signal.scope);
      scope = signal.scope;
    }
    head += fmt::format("$var {} {} {} {} $end\n", signal.bits > 2 ? "integer" : "wire",
                        signal.bits, code(i), signal.name);
  }
  head += "$upscope $end\n$upscope $end\n$enddefinitions $end\n";
  file_.reserve(head.size());
  file_.put(head);
}

void VcdTrace::write_value(Signal& signal) {
  signal.written = signal.value;
  file_.reserve(kMostLine);
  if (signal.bits == 1) {
    file_.put(signal.value > 0 ? '1' : '0');
  } else {
    file_.put('b');
    file_.put_binary(signal.value);
    file_.put(' ');
  }
  file_.put(signal.code);
}

void VcdTrace::write_time(Picoseconds time) {
  file_.reserve(kMostLine);
  file_.put('#');
  file_.put_number(time.count());
  file_.put('\n');
}

}  // namespace memplace
