// SPDX-License-Identifier: Apache-2.0
#include "sim/event/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace::event {

Engine::Engine(const Plan& plan)
    : plan_(plan),
      program_(plan.program),
      ops_(static_cast<std::uint32_t>(program_.ops.size())),
      inferences_(static_cast<std::uint32_t>(program_.mode().inferences)),
      channels_(plan),
      moves_(plan),
      timing_(ops_) {
  const auto streams = static_cast<std::size_t>(program_.mode().streams);
  streams_.reserve(streams);
  for (std::size_t i = 0; i < streams; ++i) {
    streams_.emplace_back(moves_, program_.chip().mover);
    streams_[i].index = static_cast<std::uint16_t>(i);
    streams_[i].written.resize(ops_);
    streams_[i].unwritten.resize(ops_);
    streams_[i].completions.reserve(inferences_);
  }
}

SimResult Engine::run(const Placed& placed, SimObserver* observer) {
  begin_run(placed, observer);
  run_to_end();
  return collect();
}

Time Engine::latency(const Placed& placed) {
  begin_run(placed, nullptr);
  run_to_end();
  return worst_latency();
}

void Engine::begin_run(const Placed& placed, SimObserver* observer) {
  mapping_ = &placed.near();
  moves_.bind(placed.moves());
  move_timing_.assign(moves_.size(), MoveTiming{});
  events_.begin(observer);
  channels_.begin_run();
  posted_.clear();
  touched_.clear();
  std::fill(timing_.begin(), timing_.end(), OpTiming{});
  started_.assign(ops_, false);
  last_compute_ = 0;
  for (StreamState& s : streams_) {
    s.weights = s.inputs = s.tiles = {};
    s.weight_space = 0;
    s.chunks.clear();
    s.blocks.clear();
    s.inputs_due = s.begin = s.end = s.wake = kUnknown;
    s.slot_free = {};
    s.slots_full = false;
    s.slot_ready = 0;
    s.all_written = 0;
    s.completions.clear();
    s.touched = s.finished = false;
    s.mover.begin_inference();
    s.move_written.assign(moves_.size(), kUnknown);
    s.moving = 0;
    s.moves_due = kUnknown;
    begin_inference(s);
    while (s.all_unwritten == 0 && s.completions.size() < inferences_) {
      s.completions.push_back(0);  // a network of views alone takes no time
    }
    s.ready = 0;
    next_tile(s, 0);
    touch(s);
  }
}

void Engine::begin_inference(StreamState& s) {
  for (std::uint32_t op = 0; op < ops_; ++op) {
    s.unwritten[op] = program_.ops[op].end_tile - program_.ops[op].first_tile;
    s.written[op] = 0;
  }
  s.all_unwritten = static_cast<std::uint32_t>(program_.tiles.size());
}

void Engine::skip(Cursor& cursor, std::uint32_t LoweredOp::*end) const {
  while (cursor.inference < inferences_ && cursor.item == program_.ops[cursor.op].*end) {
    if (++cursor.op == ops_) {
      cursor.op = cursor.item = 0;
      ++cursor.inference;
    }
  }
}

void Engine::touch(StreamState& s) {
  if (!s.touched) {
    s.touched = true;
    touched_.push_back(&s);
  }
}

void Engine::run_to_end() {
  Lookout lookout(kInstantsBetweenLooks);
  for (Time now = 0; now != kUnknown;) {
    lookout.step();
    events_.release(now - 1);
    // Law 5: completions, their consequences, then grants.
    finished_.clear();
    channels_.end_bursts(now, finished_);
    for (const Channels::Finished& done : finished_) {
      arrive(done.request, done.service);
    }
    for (StreamState& s : streams_) {
      if (s.next() == now) {
        touch(s);
      }
    }
    for (StreamState* s : touched_) {
      settle(*s, now);
    }
    flush(now);
    for (StreamState* s : touched_) {
      s->touched = false;
      look_ahead(*s, now);
    }
    touched_.clear();

    now = std::min(channels_.next_burst_end(), channels_.next_piece_grant());
    for (const StreamState& s : streams_) {
      now = std::min(now, s.next());
    }
  }
  events_.release(kUnknown);
}

// All that a stream's sequencers can do at this instant.
void Engine::settle(StreamState& s, Time now) {
  if (!moves_.empty()) {
    take_steps(s, now);
  }
  for (bool changed = true; changed;) {
    changed = false;
    if (s.end == now) {
      finish_tile(s, now);
      changed = true;
    }
    changed = post_weights(s, now) || changed;
    changed = post_inputs(s, now) || changed;
    find_begin(s, now);
    changed = s.end == now || changed;
  }
  if (!moves_.empty()) {
    fill_places(s, now);
  }
}

// After the instant: when is something next to be done?
void Engine::look_ahead(StreamState& s, Time now) {
  find_begin(s, now);
  skip(s.inputs, &LoweredOp::end_block);
  const bool blocked = s.inputs.inference == inferences_ || s.blocks.size() == 2;
  s.inputs_due = blocked ? kUnknown : inputs_allowed(s);
  s.moves_due = next_of_moves(s);
}

bool Engine::post_weights(StreamState& s, Time now) {
  bool changed = false;
  const std::int64_t share = program_.chip().engines.staging.weights.count();
  for (;;) {
    skip(s.weights, &LoweredOp::end_chunk);
    if (s.weights.inference == inferences_) {
      return changed;
    }
    const std::uint32_t index = s.weights.item;
    const WeightChunk& chunk = program_.chunks[index];
    if (s.weight_space + chunk.space.count() > share) {
      return changed;
    }
    const std::uint32_t move = moves_.of(program_.ops[s.weights.op].weights);
    if (move != kNoMove &&
        (s.moving != s.weights.inference || s.mover.written(move) < plan_.chunk_pieces[index])) {
      return changed;
    }
    s.weight_space += chunk.space.count();
    const std::uint32_t target = s.chunks.push({1, 0, now});
    post(s,
         {.kind = RequestKind::kWeight,
          .at = position(s.weights),
          .tile = chunk.first_tile,
          .operand = 0,
          .tensor = program_.ops[s.weights.op].weights,
          .size_class = plan_.chunk_class[index],
          .target = target},
         now);
    ++s.weights.item;
    changed = true;
  }
}

// When the next block's producers, and the inference before it, are written; kUnknown where that is
// not known yet.
Time Engine::inputs_allowed(const StreamState& s) const {
  if (s.completions.size() < s.inputs.inference) {
    return kUnknown;
  }
  Time allowed = s.inputs.inference == 0 ? 0 : s.completions[s.inputs.inference - 1];
  for (const std::uint32_t producer : program_.ops[s.inputs.op].producers) {
    if (s.unwritten[producer] > 0) {
      return kUnknown;
    }
    allowed = std::max(allowed, s.written[producer]);
  }
  if (!moves_.empty()) {
    for (const TensorId operand : program_.ops[s.inputs.op].operands) {
      if (const std::uint32_t move = moves_.of(operand); move != kNoMove) {
        const Time written = s.moving == s.inputs.inference ? s.move_written[move] : kUnknown;
        allowed = std::max(allowed, written);
      }
    }
  }
  return allowed;
}

bool Engine::post_inputs(StreamState& s, Time now) {
  bool changed = false;
  for (;;) {
    skip(s.inputs, &LoweredOp::end_block);
    if (s.inputs.inference == inferences_ || s.blocks.size() == 2 || inputs_allowed(s) > now) {
      return changed;
    }
    const LoweredOp& op = program_.ops[s.inputs.op];
    const InputBlock& block = program_.blocks[s.inputs.item];
    const std::uint32_t at = position(s.inputs);
    const auto operands = static_cast<std::uint32_t>(op.operands.size());
    const std::uint32_t target = s.blocks.push({operands, now, now});
    for (std::uint32_t i = 0; i < operands; ++i) {
      post(s,
           {.kind = RequestKind::kInput,
            .at = at,
            .tile = block.first_tile,
            .operand = i,
            .tensor = op.operands[i],
            .size_class = plan_.operand_class[block.first_operand + i],
            .target = target},
           now);
    }
    ++s.inputs.item;
    changed = true;
  }
}

// Finds when the tile at the cursor begins, if all that it waits for is known.
void Engine::find_begin(StreamState& s, Time now) {
  s.wake = kUnknown;
  if (s.finished || s.end != kUnknown) {
    return;
  }
  const LoweredOp& op = program_.ops[s.tiles.op];
  const bool has_weights = op.first_chunk != op.end_chunk;
  if (s.blocks.empty() || s.blocks.front().outstanding > 0 ||
      (has_weights && (s.chunks.empty() || s.chunks.front().outstanding > 0))) {
    return;
  }
  Time begin = std::max(s.ready, s.blocks.front().arrived);
  if (has_weights) {
    begin = std::max(begin, s.chunks.front().arrived);
  }
  const unsigned sooner = s.slot_free[0] <= s.slot_free[1] ? 0 : 1;
  const Time known = s.slot_free[sooner];
  const bool both_known = s.slot_free[1 - sooner] != kUnknown;
  if (const Time at = std::max(begin, known); !both_known && at > now) {
    // The write of the other slot is not scheduled yet; its slot may be free by then, or sooner.
    s.wake = at;
    return;
  }
  if (s.slots_full) {
    s.slot_ready = known;
  }
  s.begin = std::max(begin, known);
  s.end = s.begin + program_.tiles[s.tiles.item].compute.count();
  s.slot = sooner;
  s.slots_full = s.slot_free[1 - sooner] > s.begin;
  s.slot_free[sooner] = kUnknown;
}

void Engine::next_tile(StreamState& s, Time now) {
  skip(s.tiles, &LoweredOp::end_tile);
  if (s.tiles.inference == inferences_) {
    s.finished = true;
    return;
  }
  const LoweredOp& op = program_.ops[s.tiles.op];
  s.ready = s.tiles.item == op.first_tile ? now + op.dispatch.count() : now;
}

void Engine::finish_tile(StreamState& s, Time now) {
  const LoweredOp& op = program_.ops[s.tiles.op];
  const std::uint32_t index = s.tiles.item;
  const Tile& tile = program_.tiles[index];
  record_tile(s, now);
  if (program_.blocks[tile.block].last_tile == index) {
    s.blocks.pop();
  }
  if (op.first_chunk != op.end_chunk && program_.chunks[tile.chunk].last_tile == index) {
    s.chunks.pop();
    s.weight_space -= program_.chunks[tile.chunk].space.count();
  }
  s.begin = s.end = kUnknown;
  const std::uint32_t at = position(s.tiles);
  ++s.tiles.item;
  post(s,
       {.kind = RequestKind::kOutput,
        .at = at,
        .tile = index,
        .operand = 0,
        .tensor = op.output,
        .size_class = plan_.output_class[index],
        .target = s.slot},
       now);
  next_tile(s, now);
}

void Engine::post(StreamState& s, const Posting& posting, Time now) {
  note_start(s, posting.at, now);
  Request request;
  request.order = Request::pack({posting.kind, s.index, posting.at, posting.tile, posting.operand});
  request.size_class = posting.size_class;
  request.memory = static_cast<std::uint16_t>((*mapping_)[posting.tensor].index());
  request.stream = s.index;
  request.target = posting.target;
  if (posting.size_class == 0) {
    arrive(request, {now, now, now, now, 0});
  } else {
    posted_.push_back(request);
  }
}

// Phase 3: the requests of this instant enter their channels in order.
void Engine::flush(Time now) {
  if (posted_.size() > 1) {
    std::sort(posted_.begin(), posted_.end(),
              [](const Request& a, const Request& b) { return a.order < b.order; });
  }
  for (const Request& request : posted_) {
    if (channels_.has_bursts(request.memory)) {
      channels_.queue(request, now);
    } else if (channels_.waits_for_demand(request)) {
      channels_.queue_piece(request, now);
    } else {
      arrive(request, channels_.serve(request, now));
    }
  }
  posted_.clear();
  channels_.grant_idle(now);
  finished_.clear();
  channels_.grant_pieces(now, finished_);
  for (const Channels::Finished& granted : finished_) {
    arrive(granted.request, granted.service);
  }
}

// The arrival of a request becomes known; it may lie in the future.
void Engine::arrive(const Request& request, const Service& service) {
  StreamState& s = streams_[request.stream];
  touch(s);
  const RequestKey key = request.key();
  switch (key.kind) {
    case RequestKind::kWeight:
    case RequestKind::kInput: {
      auto& arrivals = key.kind == RequestKind::kWeight ? s.chunks : s.blocks;
      StreamState::Arrival& arrival = arrivals[request.target];
      --arrival.outstanding;
      arrival.arrived = std::max(arrival.arrived, service.arrived);
      break;
    }
    case RequestKind::kOutput: {
      const std::uint32_t op = key.position % ops_;
      s.slot_free[request.target] = service.arrived;
      s.written[op] = std::max(s.written[op], service.arrived);
      --s.unwritten[op];
      s.all_written = std::max(s.all_written, service.arrived);
      note_end(s, key.position, service.arrived);
      if (--s.all_unwritten == 0) {
        s.completions.push_back(s.all_written);
        begin_inference(s);
      }
      break;
    }
    case RequestKind::kMove:
      s.mover.under_way(moves_.of(TensorId(key.tile)), key.operand / 2).until = service.arrived;
      break;
  }
  if (key.kind != RequestKind::kMove && records(s, key.position)) {
    timing_[OpId(key.position)].queued += Picoseconds(service.queued);
  }
  if (events_.is_watched()) {
    const MemoryId memory(request.memory);
    const bool per_stream = program_.chip().memories[memory].scope == Scope::kEngine;
    events_.add(TransferEvent{key, memory, per_stream ? key.stream : 0,
                              plan_.class_bytes[request.size_class], Picoseconds(service.posted),
                              Picoseconds(service.granted), Picoseconds(service.served),
                              Picoseconds(service.arrived)});
  }
}

void Engine::note_start(const StreamState& s, std::uint32_t at, Time time) {
  if (records(s, at) && !started_[at]) {
    started_[at] = true;
    timing_[OpId(at)].start = Picoseconds(time);
  }
}

void Engine::note_end(const StreamState& s, std::uint32_t at, Time time) {
  if (records(s, at)) {
    Picoseconds& end = timing_[OpId(at)].end;
    end = std::max(end, Picoseconds(time));
  }
}

// Law 8 for the tile that ends now.
void Engine::record_tile(const StreamState& s, Time now) {
  const std::uint32_t at = position(s.tiles);
  const LoweredOp& op = program_.ops[s.tiles.op];
  const bool has_weights = op.first_chunk != op.end_chunk;
  const Time weights = has_weights ? s.chunks.front().arrived : 0;
  const Time inputs = s.blocks.front().arrived;
  if (events_.is_watched()) {
    events_.add(ComputeEvent{s.index, at, s.tiles.item, Picoseconds(s.ready), Picoseconds(weights),
                             Picoseconds(inputs), Picoseconds(s.slot_ready), Picoseconds(s.begin),
                             Picoseconds(now)});
  }
  if (!records(s, at)) {
    return;
  }
  OpTiming& timing = timing_[OpId(at)];
  if (s.tiles.item == op.first_tile) {
    timing.dispatch += op.dispatch;
  }
  const Picoseconds idle(s.begin - s.ready);
  const bool for_weights = has_weights && weights == s.begin;
  if (for_weights || inputs == s.begin) {
    Picoseconds moving;
    if (const auto [move, written] = awaited_move(s, for_weights); move != kNoMove) {
      moving = Picoseconds(std::clamp<Time>(written - s.ready, 0, idle.count()));
      move_timing_[move].waited += moving;
    }
    timing.wait_move += moving;
    (for_weights ? timing.wait_weights : timing.wait_inputs) += idle - moving;
  } else {
    timing.wait_output_slot += idle;
  }
  timing.compute += Picoseconds(now - s.begin);
  note_start(s, at, s.begin);
  note_end(s, at, now);
  last_compute_ = now;
}

Time Engine::worst_latency() const {
  Time worst = 0;
  for (const StreamState& s : streams_) {
    MEMPLACE_ASSERT(s.completions.size() == inferences_,
                    fmt::format("stream {} is stuck", s.index));
    Time previous = 0;
    for (const Time completion : s.completions) {
      worst = std::max(worst, completion - previous);
      previous = completion;
    }
  }
  return worst;
}

SimResult Engine::collect() const {
  SimResult result;
  result.latency = Picoseconds(worst_latency());
  for (const StreamState& s : streams_) {
    for (const Time completion : s.completions) {
      result.completions.emplace_back(completion);
    }
    result.makespan = std::max(result.makespan, Picoseconds(s.completions.back()));
  }
  result.first_latency = Picoseconds(streams_.front().completions.front());
  result.drain = result.first_latency - Picoseconds(last_compute_);
  result.ops = timing_;
  result.moves = move_timing_;
  for (std::size_t i = 0; i < program_.chip().memories.size(); ++i) {
    result.memories.push_back(channels_.activity(i));
  }
  return result;
}

}  // namespace memplace::event
